"""The database: engine, tables, migrations. Money is integer nano-dollars, time is UTC."""
