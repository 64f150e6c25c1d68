module tabwriter

go 1.21
