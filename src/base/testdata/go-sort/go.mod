module go-sort

go 1.21
