from relaytop.probe.warmup import warm_up


async def test_it_probes_only_itself_and_leaves_nothing_open() -> None:
    await warm_up()
