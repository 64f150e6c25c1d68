package main

func spinHard(n uint64)
