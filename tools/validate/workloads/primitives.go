package main

import (
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

// facts are costs that belong in a calibration and that the simulator does not read: it makes them from others, or does not model them.
func facts() {
	runtime.GOMAXPROCS(1)
	emit("handOverNs", half(short(roundTrips(1, 300*time.Millisecond, false))), nil)
	emit("handOverBesideLoopNs", half(short(hogged(1, 600*time.Millisecond))), nil)
	emit("lockedHandOverNs", half(short(roundTrips(1, 500*time.Millisecond, true))), nil)
	emit("messageNs", messages(200, 1000), nil)
	var word atomic.Uint64
	emit("atomicLoadNs", each(200, 10000, func() { word.Load() }), nil)
	emit("atomicCasNs", each(200, 10000, func() { word.CompareAndSwap(0, 0) }), nil)
	runtime.GOMAXPROCS(runtime.NumCPU())
	emit("mutexOf16Ns", crowded(16, 300*time.Millisecond), nil)
	emit("schedYieldNs", each(200, 500, func() { syscall.RawSyscall(syscall.SYS_SCHED_YIELD, 0, 0, 0) }), nil)
	emit("usleep3Ns", plus(sleeps(1000, 3*time.Microsecond), 3e3), nil)
	emit("usleep20Ns", plus(sleeps(1000, 20*time.Microsecond), 20e3), nil)
	emit("usleep10msNs", plus(sleeps(100, 10*time.Millisecond), 10e6), nil)
	ep, _ := syscall.EpollCreate1(0)
	var events [1]syscall.EpollEvent
	emit("epollWait1msNs", each(300, 1, func() {
		syscall.RawSyscall6(syscall.SYS_EPOLL_WAIT, uintptr(ep), uintptr(unsafe.Pointer(&events)), 1, 1, 0, 0)
	}), nil)
	for _, level := range []struct {
		name string
		kib  int
	}{{"loadL1Ns", 16}, {"loadL2Ns", 512}, {"loadL3Ns", 8 << 10}, {"loadMemoryNs", 1 << 20}} {
		emit(level.name, loads(level.kib<<10), nil)
	}
}

func short(v []float64) []float64 { return v[len(v)/10:] }

func plus(v []float64, by float64) []float64 {
	for i := range v {
		v[i] += by
	}
	return v
}

// messages is the price of one message from a goroutine to another through a channel with room.
func messages(batches, n int) []float64 {
	c := make(chan int, 128)
	done := make(chan bool)
	go func() {
		for range c {
		}
		done <- true
	}()
	s := each(batches, n, func() { c <- 1 })
	close(c)
	<-done
	return s
}

// crowded is how long one goroutine of many waits for and holds a mutex that all want.
func crowded(n int, d time.Duration) []float64 {
	var mu sync.Mutex
	var all []float64
	var wg sync.WaitGroup
	until := now() + int64(d)
	for range n {
		wg.Add(1)
		go func() {
			defer wg.Done()
			var mine []float64
			for now() < until {
				t := now()
				mu.Lock()
				mu.Unlock()
				mine = append(mine, float64(now()-t))
			}
			mu.Lock()
			all = append(all, mine...)
			mu.Unlock()
		}()
	}
	wg.Wait()
	return all
}

// loads follows pointers in random order through so many bytes, one cache line after another.
func loads(size int) []float64 {
	type line struct {
		next *line
		_    [56]byte
	}
	lines := make([]line, size/64)
	order := make([]int32, len(lines))
	seed := uint64(1)
	for i := range order {
		order[i] = int32(i)
	}
	for i := len(order) - 1; i > 0; i-- {
		seed = seed*6364136223846793005 + 1442695040888963407
		j := int(seed>>33) % (i + 1)
		order[i], order[j] = order[j], order[i]
	}
	for i := range order {
		lines[order[i]].next = &lines[order[(i+1)%len(order)]]
	}
	at := &lines[order[0]]
	step := func() { at = at.next }
	for range len(lines) {
		step()
	}
	var s []float64
	for range 100 {
		t := now()
		for range 20000 {
			at = at.next
		}
		s = append(s, float64(now()-t)/20000)
	}
	sinkLine = unsafe.Pointer(at)
	return s
}

var sinkLine unsafe.Pointer

// slicesOfTwo has two threads compute on one CPU: for how long one runs before the other does.
func slicesOfTwo(d time.Duration) []float64 {
	var stop atomic.Bool
	var wg sync.WaitGroup
	var s []float64
	for k := range 2 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			runtime.LockOSThread()
			pin(0)
			defer pin(-1)
			start := now()
			for last := start; !stop.Load(); {
				t := now()
				if t-last > 500e3 {
					if k == 0 {
						s = append(s, float64(last-start))
					}
					start = t
				}
				last = t
			}
		}()
	}
	time.Sleep(d)
	stop.Store(true)
	wg.Wait()
	return s
}

// moves takes a thread with 32 KiB of data from CPU to CPU: how much longer than usual its first look at them takes.
func moves(n int) []float64 {
	if runtime.NumCPU() < 2 {
		return nil
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	data := make([]uint64, 32<<10/8)
	walk := func() float64 {
		t := now()
		for i := 0; i < len(data); i += 8 {
			data[i]++
		}
		return float64(now() - t)
	}
	var s []float64
	for i := range n {
		pin(i % 2)
		first := walk()
		usual := min(walk(), walk(), walk())
		s = append(s, max(0, first-usual))
	}
	pin(-1)
	return s
}

// allocationRate is how many bytes a ns of the program's own CPU time allocates in blocks of 4 KiB with pointers.
func allocationRate(n int) []float64 {
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	runtime.GOMAXPROCS(1)
	retain(64 << 20)
	runtime.GC()
	var s []float64
	for range n {
		runtime.GC()
		a := read("/gc/heap/allocs:bytes", "/cpu/classes/user:cpu-seconds")
		for end := now() + 150e6; now() < end; {
			sink = make([]*node, 512)
		}
		runtime.GC()
		b := read("/gc/heap/allocs:bytes", "/cpu/classes/user:cpu-seconds")
		if user := b[1] - a[1]; user > 0 {
			s = append(s, (b[0]-a[0])/user/1e9)
		}
	}
	return s
}
