package basic

import "golang.org/x/sys/unix"

func bind(cpu int) error {
	var set unix.CPUSet
	set.Set(cpu)
	return unix.SchedSetaffinity(0, &set) // want `unix\.SchedSetaffinity changes the thread .* nothing in the module calls runtime\.LockOSThread`
}

// Where it stops: the process is replaced by what exec starts.
func isolate(argv []string) error {
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		return err
	}
	return unix.Exec(argv[0], argv, nil)
}
