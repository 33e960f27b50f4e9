"""Reports: results as table, JSON, TOML or Markdown; one file a report, one renderer a form.

A report is a small class that holds a command's result and describes it twice, knowing nothing
of forms or terminals (`Report` in `relaytop.report.render`):

    document()       plain values, for JSON and TOML. A list in place of a table: `Rows`.
    blocks(options)  the same for people: `Text`, `Lines`, `Table`, `Preformatted`, top to bottom.

Blocks are in `relaytop.report.blocks`; a `Table` has `Column`s with a title and an alignment, and
rows of texts. `render(report, form, …)` chooses the form, the only place that does:
`report/data.py` writes JSON and TOML, `report/plain.py` aligned text for a terminal,
`report/markdown.py` Markdown. ASCII is its business too: a report need not ask for it, except to
choose marks or bars (`options.ascii_only`).

    class OffersReport:
        def __init__(self, offers: Mapping[str, Sequence[str]]) -> None: …
        def document(self) -> dict[str, Any]:
            return {name: list(models) for name, models in self._offers.items()}
        def blocks(self, options: TextOptions) -> list[Block]:
            return [Table((Column("provider", left=True), Column("models")), rows)]

A command hands its report to `relaytop.cli.output`, which knows where it goes:

    @output_options()                       # --format and --output, as one `output: Output`
    @common_options
    def models(output: Output, options: Options) -> None:
        output.write(OffersReport(offers), options)

Shared pieces: `snapshot.blocks(document)` is a snapshot's heading and table, `bars.bar` draws a
bar, `histogram.histogram` a distribution, `cells` measures text in cells of a terminal.
"""
