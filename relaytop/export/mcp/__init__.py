"""An MCP server: what is known of the providers, for an assistant that asks."""
