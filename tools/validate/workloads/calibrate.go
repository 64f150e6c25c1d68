package main

import (
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

// each times f in batches and returns ns a call, a batch a sample.
func each(batches, n int, f func()) []float64 {
	var s []float64
	for range batches {
		t := now()
		for range n {
			f()
		}
		s = append(s, float64(now()-t)/float64(n))
	}
	return s
}

func pin(cpu int) {
	mask := [16]uint64{math.MaxUint64}
	if cpu >= 0 {
		mask[0] = 1 << cpu
	}
	syscall.RawSyscall(syscall.SYS_SCHED_SETAFFINITY, 0, unsafe.Sizeof(mask), uintptr(unsafe.Pointer(&mask)))
}

func futex(word *uint32, operation, value uintptr) {
	syscall.RawSyscall6(syscall.SYS_FUTEX, uintptr(unsafe.Pointer(word)), operation, value, 0, 0, 0)
}

// futexPair wakes a thread that has slept for idle: what the call costs and how long until it runs.
func futexPair(n, cpuA, cpuB int, idle time.Duration) (call, latency []float64) {
	var word uint32
	var woke, ready atomic.Int64
	done := make(chan bool)
	go func() {
		runtime.LockOSThread()
		pin(cpuB)
		for i := range n {
			ready.Store(int64(i + 1))
			for atomic.LoadUint32(&word) == uint32(i) {
				futex(&word, 128, uintptr(i))
			}
			woke.Store(now())
		}
		pin(-1)
		done <- true
	}()
	runtime.LockOSThread()
	pin(cpuA)
	for i := range n {
		for ready.Load() != int64(i+1) {
			syscall.RawSyscall(syscall.SYS_SCHED_YIELD, 0, 0, 0)
		}
		if cpuA == cpuB {
			nanosleep(idle) // let it go to sleep on the CPU we share
		} else {
			busy(3*time.Microsecond + idle) // it needs about 3 us to get to sleep
		}
		woke.Store(0)
		atomic.StoreUint32(&word, uint32(i+1))
		t := now()
		futex(&word, 129, 1)
		call = append(call, float64(now()-t))
		for woke.Load() == 0 {
			if cpuA == cpuB {
				syscall.RawSyscall(syscall.SYS_SCHED_YIELD, 0, 0, 0)
			}
		}
		latency = append(latency, float64(woke.Load()-t))
	}
	pin(-1)
	runtime.UnlockOSThread()
	<-done
	return
}

func sleeps(n int, d time.Duration) []float64 {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var s []float64
	for range n {
		t := now()
		ts := syscall.NsecToTimespec(int64(d))
		syscall.RawSyscall(syscall.SYS_NANOSLEEP, uintptr(unsafe.Pointer(&ts)), 0, 0)
		if extra := float64(now()-t) - float64(d); extra >= 0 { // a signal can cut a sleep short
			s = append(s, extra)
		}
	}
	return s
}

// signals sends SIGURG to a thread that reads the clock in a loop: what the call costs, until it stops reading, and for how long.
func signals(n int) (call, arrive, handled []float64) {
	var tid, seen, gapAt, gap atomic.Int64
	var stop atomic.Bool
	go func() {
		runtime.LockOSThread()
		id, _, _ := syscall.RawSyscall(syscall.SYS_GETTID, 0, 0, 0)
		tid.Store(int64(id))
		last := now()
		for !stop.Load() {
			t := now()
			if t-last > 800 {
				gapAt.Store(last)
				gap.Store(t - last)
				seen.Add(1)
			}
			last = t
		}
	}()
	for tid.Load() == 0 {
		runtime.Gosched()
	}
	pid := os.Getpid()
	for range n {
		time.Sleep(time.Millisecond)
		before := seen.Load()
		t := now()
		syscall.RawSyscall(syscall.SYS_TGKILL, uintptr(pid), uintptr(tid.Load()), uintptr(syscall.SIGURG))
		call = append(call, float64(now()-t))
		for end := t + 2e6; seen.Load() == before && now() < end; {
		}
		if at := gapAt.Load(); at > t && at-t < 1e6 {
			arrive = append(arrive, float64(at-t))
			handled = append(handled, float64(gap.Load()))
		}
	}
	stop.Store(true)
	return
}

// threads starts goroutines that keep their threads, so that each needs a new one: what the go statement costs then, and how long until it runs.
func threads(n int) (call, start []float64) {
	block := make(chan bool)
	var ended sync.WaitGroup
	made := pprof.Lookup("threadcreate")
	for range n {
		var began atomic.Int64
		before := made.Count()
		ended.Add(1)
		t := now()
		go func() {
			runtime.LockOSThread()
			began.Store(now())
			<-block
			runtime.UnlockOSThread()
			ended.Done()
		}()
		u := now()
		for began.Load() == 0 {
		}
		if made.Count() > before { // else a parked thread was there
			call = append(call, float64(u-t))
			start = append(start, float64(began.Load()-t))
		}
		busy(200 * time.Microsecond)
	}
	close(block)
	ended.Wait()
	return
}

// relay is two threads on two CPUs that wake each other and go to sleep at once: from the call that wakes until the other one runs.
func relay(n, cpuA, cpuB int) []float64 {
	var word uint32
	var called atomic.Int64
	var s []float64
	side := func(turn uint32, cpu int) {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		pin(cpu)
		defer pin(-1)
		for i := turn; i < uint32(n); i += 2 {
			for {
				v := atomic.LoadUint32(&word)
				if v == i {
					break
				}
				futex(&word, 128, uintptr(v))
			}
			t := now()
			if i > 1 {
				s = append(s, float64(t-called.Load())) // one side runs at a time
			}
			called.Store(now())
			atomic.StoreUint32(&word, i+1)
			futex(&word, 129, 1)
		}
	}
	done := make(chan bool)
	go func() { side(1, cpuB); done <- true }()
	side(0, cpuA)
	<-done
	return s
}

// fanOut wakes n goroutines that wait on channels of their own and lets them run: what a send costs that wakes one, and
// what it takes from one that waits again to the next that runs.
func fanOut(batches, n int) (send, next []float64) {
	channels := make([]chan struct{}, n)
	done := make(chan struct{})
	for i := range channels {
		c := make(chan struct{})
		channels[i] = c
		last := i == n-2 // the one woken last is in runnext and goes first
		go func() {
			for range c {
				if last {
					done <- struct{}{}
				}
			}
		}()
	}
	for range 2 * n {
		runtime.Gosched()
	}
	for range batches {
		t := now()
		for _, c := range channels {
			c <- struct{}{}
		}
		u := now()
		<-done
		v := now()
		send = append(send, float64(u-t)/float64(n))
		next = append(next, (float64(v-u)-float64(u-t)/float64(n))/float64(n+1)) // n of them and this one wait; one more send wakes it
	}
	for _, c := range channels {
		close(c)
	}
	return
}

func threadCPU() int64 {
	var ts syscall.Timespec
	syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, 3, uintptr(unsafe.Pointer(&ts)), 0) // CLOCK_THREAD_CPUTIME_ID
	return ts.Nano()
}

// pageTouch brings memory in as a heap that grows does, with the pages the kernel gives it: mean CPU time for 4 KiB. Under a hypervisor it is
// cheap where the kernel still has what another process gave back a moment ago, so there is a lot of it, and a pause before.
func pageTouch(size int) []float64 {
	time.Sleep(3 * time.Second)
	b, err := syscall.Mmap(-1, 0, size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		return nil
	}
	defer syscall.Munmap(b)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	t := threadCPU()
	for i := 0; i < size; i += 4096 {
		b[i] = 1
	}
	return []float64{float64(threadCPU()-t) / float64(size/4096)}
}

func calibrate(d time.Duration) {
	debug.SetGCPercent(-1)
	emit("pageTouchNs", pageTouch(1<<30), nil)
	runtime.GOMAXPROCS(1)
	c := make(chan struct{}, 1)
	operation := half(each(200, 2000, func() { c <- struct{}{}; <-c }))
	emit("chanOpNs", operation, nil)
	send, next := fanOut(400, 128)
	emit("readyNs", less(send, median(operation)), nil)
	emit("parkNs", less(next, median(operation)), nil)
	var mu sync.Mutex
	emit("mutexOpNs", half(each(200, 2000, func() { mu.Lock(); mu.Unlock() })), nil)
	var stop atomic.Bool
	go func() {
		for !stop.Load() {
			runtime.Gosched()
		}
	}()
	emit("goSwitchNs", half(each(200, 1000, runtime.Gosched)), nil)
	stop.Store(true)
	runtime.Gosched()
	var create, exit []float64
	for range 300 {
		t := now()
		for range 100 {
			go func() {}()
		}
		u := now()
		for runtime.NumGoroutine() > 1 {
			runtime.Gosched()
		}
		create = append(create, float64(u-t)/100)
		exit = append(exit, float64(now()-u)/100)
	}
	emit("goCreateNs", create, nil)
	emit("goExitNs", exit, nil)
	emit("timerOpNs", half(each(200, 500, func() { time.NewTimer(time.Hour).Stop() })), nil)
	emit("syscallOpNs", each(200, 500, func() { syscall.Syscall(syscall.SYS_GETPPID, 0, 0, 0) }), nil)
	ep, _ := syscall.EpollCreate1(0)
	var events [1]syscall.EpollEvent
	emit("netpollNs", each(200, 500, func() {
		syscall.RawSyscall6(syscall.SYS_EPOLL_WAIT, uintptr(ep), uintptr(unsafe.Pointer(&events)), 1, 0, 0, 0)
	}), nil)
	emit("clockNs", each(200, 1000, func() { now() }), nil)

	runtime.GOMAXPROCS(4)
	call, latency := futexPair(1000, 0, 1, 800*time.Microsecond)
	emit("futexCallNs", call, nil)
	emit("futexWakeNs", latency, nil)
	deep := median(latency)
	call, latency = futexPair(1000, 0, 1, 5*time.Microsecond)
	emit("futexCallWarmNs", call, nil)
	emit("futexWakeWarmNs", latency, nil)
	middle := (deep + median(latency)) / 2
	// A CPU that went idle a moment ago still polls; from this idle time on, waking it is slow.
	warm := 5.0
	for _, us := range []int{10, 20, 35, 50, 75, 100, 150, 200, 300} {
		if _, l := futexPair(200, 0, 1, time.Duration(us)*time.Microsecond); median(l) > middle {
			break
		}
		warm = float64(us)
	}
	emit("warmIdleNs", []float64{warm * 1000}, nil)
	emit("futexRelayNs", relay(4000, 0, 1), nil)
	call, latency = futexPair(500, 0, 0, 200*time.Microsecond)
	emit("futexCallSameNs", call, nil)
	emit("osSwitchNs", latency, nil)
	emit("sleepExtraNs", append(sleeps(1500, 3*time.Microsecond), sleeps(1500, 20*time.Microsecond)...), nil)
	emit("longSleepExtraNs", sleeps(200, 10*time.Millisecond), nil)
	made, started := threads(80)
	emit("threadCallNs", made, nil)
	emit("threadStartNs", started, nil)
	sent, arrive, handled := signals(800)
	emit("tgkillNs", sent, nil)
	emit("signalNs", arrive, nil)
	emit("preemptNs", handled, nil)
	stop.Store(false)
	for range 2 {
		go func() {
			for !stop.Load() {
			}
		}()
	}
	emit("sleepExtraBusyNs", append(sleeps(1500, 3*time.Microsecond), sleeps(1500, 20*time.Microsecond)...), nil)
	emit("longSleepExtraBusyNs", sleeps(150, 10*time.Millisecond), nil)
	stop.Store(true)
	time.Sleep(30 * time.Millisecond)

	// Pauses of an idle process: what the stop itself takes when nobody is in the way.
	runtime.GOMAXPROCS(2)
	var m runtime.MemStats
	var pause []float64
	for range 500 {
		t := now()
		runtime.ReadMemStats(&m)
		pause = append(pause, float64(now()-t))
	}
	emit("stopWorkNs", pause, nil)

	emit("osSliceNs", slicesOfTwo(600*time.Millisecond), nil)
	emit("coldCacheNs", moves(400), nil)
	facts()
	debug.FreeOSMemory()
	emit("allocBytesPerNs", allocationRate(6), nil)

	// Marking speed: bytes scanned for a second of mark CPU, collection by collection; the spread is that of the machine's speed.
	runtime.GOMAXPROCS(1)
	retain(64 << 20)
	runtime.GC()
	var rate []float64
	for range 60 {
		a := read("/cpu/classes/gc/mark/dedicated:cpu-seconds", "/cpu/classes/gc/mark/idle:cpu-seconds", "/cpu/classes/gc/mark/assist:cpu-seconds")
		runtime.GC()
		b := read("/cpu/classes/gc/mark/dedicated:cpu-seconds", "/cpu/classes/gc/mark/idle:cpu-seconds", "/cpu/classes/gc/mark/assist:cpu-seconds", "/gc/scan/heap:bytes")
		if cpu := b[0] + b[1] + b[2] - a[0] - a[1] - a[2]; cpu > 0 {
			rate = append(rate, b[3]/cpu/1e9)
		}
	}
	emit("markBytesPerNs", rate, nil)
	emit("markSpread", over(rate, median(rate)), nil)
	_ = d
}

func less(v []float64, by float64) []float64 {
	var s []float64
	for _, x := range v {
		s = append(s, max(0, x-by))
	}
	return s
}

func over(v []float64, by float64) []float64 {
	var s []float64
	for _, x := range v {
		s = append(s, x/by)
	}
	return s
}

func half(v []float64) []float64 {
	for i := range v {
		v[i] /= 2
	}
	return v
}
