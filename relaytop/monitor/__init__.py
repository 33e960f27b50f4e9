"""Ring buffers, percentiles and status: a Summary per target."""
