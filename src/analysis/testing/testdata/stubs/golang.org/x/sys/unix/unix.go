// Package unix declares the few functions that fixtures call.
package unix

const CLONE_NEWNET = 0x40000000

type CPUSet [16]uint64

func (s *CPUSet) Set(cpu int) {}

func Setns(fd int, nstype int) error                  { return nil }
func Unshare(flags int) error                         { return nil }
func Gettid() int                                     { return 0 }
func SchedSetaffinity(pid int, set *CPUSet) error     { return nil }
func SchedGetaffinity(pid int, set *CPUSet) error     { return nil }
func Exec(argv0 string, argv []string, envv []string) error { return nil }
