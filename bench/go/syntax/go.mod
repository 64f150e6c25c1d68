module gotriage.invalid/bench/syntax

go 1.24
