package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"runtime/metrics"
	"sort"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// watch spins until the deadline and reports every stretch it ran (away > 5 ms ends one, less is the operating system's doing) and every stretch it was away.
func watch(until int64, ran, away func(float64)) {
	start := now()
	last := start
	for last < until {
		t := now()
		if t-last > 5e6 {
			ran(float64(last - start))
			away(float64(t - last))
			start = t
		}
		last = t
	}
}

func spinners(n, procs int, d time.Duration) (ran, away []float64) {
	runtime.GOMAXPROCS(procs)
	until := now() + int64(d)
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range n {
		wg.Add(1)
		go func() {
			defer wg.Done()
			var r, a []float64
			watch(until, func(v float64) { r = append(r, v) }, func(v float64) { a = append(a, v) })
			if len(r) > 2 {
				mu.Lock()
				ran = append(ran, r[1:len(r)-1]...)
				away = append(away, a[1:len(a)-1]...)
				mu.Unlock()
			}
		}()
	}
	wg.Wait()
	return
}

func slices(d time.Duration) {
	ran, _ := spinners(2, 1, d)
	emit("slice", ran, nil)
}

func waiting(d time.Duration) {
	_, away := spinners(8, 2, d)
	emit("wait", away, nil)
}

// roundTrips measures batches of 1000 round trips between two goroutines.
func roundTrips(procs int, d time.Duration, lock bool) []float64 {
	runtime.GOMAXPROCS(procs)
	ping, pong := make(chan struct{}), make(chan struct{})
	go func() {
		if lock {
			runtime.LockOSThread()
		}
		for range ping {
			pong <- struct{}{}
		}
	}()
	done := make(chan []float64)
	go func() {
		if lock {
			runtime.LockOSThread()
		}
		batch := 1000
		if lock {
			batch = 50
		}
		var samples []float64
		for until := now() + int64(d); now() < until; {
			t := now()
			for range batch {
				ping <- struct{}{}
				<-pong
			}
			samples = append(samples, float64(now()-t)/float64(batch))
		}
		close(ping)
		done <- samples
	}()
	return <-done
}

func pingPong(d time.Duration) {
	emit("p1", roundTrips(1, d/4, false), nil)
	emit("p2", roundTrips(2, d/4, false), nil)
	emit("p1-hog1", hogged(1, d/4), nil)
	emit("p2-hog1", hogged(2, d/4), nil)
}

// hogged is a ping-pong beside one goroutine that computes.
func hogged(procs int, d time.Duration) []float64 {
	runtime.GOMAXPROCS(procs)
	var stop atomic.Bool
	go func() {
		for !stop.Load() {
		}
	}()
	s := roundTrips(procs, d, false)
	stop.Store(true)
	return s
}

func wakeup(d time.Duration, procs int, delay time.Duration, spin func(time.Duration)) float64 {
	runtime.GOMAXPROCS(procs)
	const lead = 5 * time.Microsecond
	ping, pong := make(chan struct{}), make(chan struct{})
	var stop atomic.Bool
	done := make(chan int)
	go func() {
		n := 0
		for ; !stop.Load(); n++ {
			spin(delay + lead)
			ping <- struct{}{}
			spin(delay)
			<-pong
		}
		done <- n
		close(ping)
	}()
	go func() {
		for {
			spin(delay)
			if _, ok := <-ping; !ok {
				return
			}
			spin(delay + lead)
			pong <- struct{}{}
		}
	}()
	t := now()
	time.Sleep(d)
	stop.Store(true)
	n := <-done
	return float64(now()-t) / float64(n)
}

var delays = []time.Duration{0, 1000, 2000, 5000, 10000, 20000, 50000, 100000}

func wakeupCurve(d time.Duration, procs []int, spin func(time.Duration)) {
	each := d / time.Duration(len(delays)*len(procs))
	for _, p := range procs {
		for _, delay := range delays {
			emit(fmt.Sprintf("p%d-%dus", p, delay.Microseconds()), []float64{wakeup(each, p, delay, spin)}, nil)
		}
	}
}

func busy(d time.Duration) {
	for end := now() + int64(d); now() < end; {
	}
}

func wakeupSpinning(d time.Duration) { wakeupCurve(d, []int{1, 2}, busy) }

func nanosleep(d time.Duration) {
	ts := syscall.NsecToTimespec(int64(d))
	syscall.Nanosleep(&ts, nil)
}

func wakeupSyscall(d time.Duration) { wakeupCurve(d, []int{2}, nanosleep) }

func shortSleep(d time.Duration) {
	var samples []float64
	for until := now() + int64(d); now() < until; {
		t := now()
		time.Sleep(50 * time.Microsecond)
		samples = append(samples, float64(now()-t))
	}
	emit("sleep-50us", samples, nil)
}

// timers: eight goroutines that each sleep 5 ms and compute 300 us; how late they wake, without and with goroutines that only compute.
func timers(d time.Duration) {
	runtime.GOMAXPROCS(2)
	for _, hogs := range []int{0, 2} {
		var stop atomic.Bool
		for range hogs {
			go func() {
				for !stop.Load() {
				}
			}()
		}
		var mu sync.Mutex
		var samples []float64
		var wg sync.WaitGroup
		until := now() + int64(d)/2
		for range 8 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				var mine []float64
				for now() < until {
					t := now()
					time.Sleep(5 * time.Millisecond)
					if t > until-3*int64(d)/8 {
						mine = append(mine, float64(now()-t-5e6))
					}
					busy(300 * time.Microsecond)
				}
				mu.Lock()
				samples = append(samples, mine...)
				mu.Unlock()
			}()
		}
		wg.Wait()
		stop.Store(true)
		emit(fmt.Sprintf("late-hogs%d", hogs), samples, nil)
	}
}

func loopback(d time.Duration) {
	runtime.GOMAXPROCS(2)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() {
		c, _ := l.Accept()
		b := make([]byte, 1)
		for {
			if _, err := io.ReadFull(c, b); err != nil {
				return
			}
			c.Write(b)
		}
	}()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		panic(err)
	}
	for _, hogs := range []int{0, 4} {
		var stop atomic.Bool
		for range hogs {
			go func() {
				for !stop.Load() {
				}
			}()
		}
		var samples []float64
		b := make([]byte, 1)
		begin := now()
		for until := begin + int64(d)/2; now() < until; {
			t := now()
			c.Write(b)
			io.ReadFull(c, b)
			if t-begin > int64(d)/8 { // the first round of slices is still in order of creation
				samples = append(samples, float64(now()-t))
			}
		}
		stop.Store(true)
		emit(fmt.Sprintf("echo-hogs%d", hogs), samples, nil)
	}
}

func locked(d time.Duration) {
	for _, p := range []int{1, 2} {
		emit(fmt.Sprintf("p%d-locked", p), roundTrips(p, d/4, true), nil)
		emit(fmt.Sprintf("p%d-unlocked", p), roundTrips(p, d/4, false), nil)
	}
}

func stopTimes(d time.Duration, load func(stop *atomic.Bool)) []float64 {
	var stop atomic.Bool
	go load(&stop)
	time.Sleep(20 * time.Millisecond)
	var samples []float64
	var m runtime.MemStats
	for until := now() + int64(d); now() < until; {
		time.Sleep(time.Millisecond)
		t := now()
		runtime.ReadMemStats(&m)
		samples = append(samples, float64(now()-t))
	}
	stop.Store(true)
	return samples
}

func stops(d time.Duration) {
	runtime.GOMAXPROCS(2)
	emit("preemptible", stopTimes(d/2, func(stop *atomic.Bool) {
		for !stop.Load() {
		}
	}), nil)
	n := uint64(1 << 20)
	t := now()
	spinHard(n)
	spinHard(n)
	perMs := float64(2*n) / (float64(now()-t) / 1e6)
	var spans []float64
	samples := stopTimes(d/2, func(stop *atomic.Bool) {
		for !stop.Load() {
			t := now()
			spinHard(uint64(5 * perMs))
			spans = append(spans, float64(now()-t))
		}
	})
	emit("assembly-5ms", samples, map[string]float64{"span": median(spans)})
}

// stability: how often a goroutine that only computes is on another thread after a stop of the world than before it.
func stability(d time.Duration) {
	runtime.GOMAXPROCS(4)
	const n = 3
	var tids [n]atomic.Int64
	var stop atomic.Bool
	for i := range n {
		go func() {
			for !stop.Load() {
				id, _, _ := syscall.RawSyscall(syscall.SYS_GETTID, 0, 0, 0)
				tids[i].Store(int64(id))
			}
		}()
	}
	time.Sleep(100 * time.Millisecond)
	var m runtime.MemStats
	moved, seen := 0.0, 0.0
	for until := now() + int64(d); now() < until; {
		time.Sleep(2 * time.Millisecond)
		var before [n]int64
		for i := range n {
			before[i] = tids[i].Load()
		}
		runtime.ReadMemStats(&m)
		busy(200 * time.Microsecond)
		for i := range n {
			seen++
			if tids[i].Load() != before[i] {
				moved++
			}
		}
	}
	stop.Store(true)
	emit("threads", nil, map[string]float64{"moved": moved / seen, "stops": seen / n})
}

// quota: 32 clients think 1 ms and compute 200 us under a CPU quota set from outside.
func quota(d time.Duration) {
	if p := os.Getenv("PROCS"); p != "" {
		n, _ := strconv.Atoi(p)
		runtime.GOMAXPROCS(n)
	}
	var mu sync.Mutex
	var samples, works []float64
	var wg sync.WaitGroup
	begin := now()
	until := begin + int64(d)
	for range 32 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			var mine, spans []float64
			for now() < until {
				t := now()
				time.Sleep(time.Millisecond)
				u := now()
				spinHard(work)
				v := now()
				mine = append(mine, float64(v-t-1e6))
				spans = append(spans, float64(v-u))
			}
			mu.Lock()
			samples = append(samples, mine...)
			works = append(works, spans...)
			mu.Unlock()
		}()
	}
	wg.Wait()
	// The speed of the CPU changes from moment to moment: what the work really took, standing still under the quota apart.
	sort.Float64s(works)
	at := func(q float64) float64 { return works[int(q*float64(len(works)-1))] }
	emit("procs"+os.Getenv("PROCS"), samples, map[string]float64{
		"perS": float64(len(samples)) / d.Seconds(), "workNs": workNs, "work1": at(.01), "work10": at(.1), "work50": at(.5), "work90": at(.9),
	})
}

var work, workNs = func() (uint64, float64) {
	best := 1e18
	for range 5 {
		t := now()
		spinHard(1 << 20)
		best = min(best, float64(now()-t))
	}
	n := uint64(200e3 / best * (1 << 20))
	return n, float64(n) * best / (1 << 20)
}()

func read(names ...string) []float64 {
	s := make([]metrics.Sample, len(names))
	for i, n := range names {
		s[i].Name = n
	}
	metrics.Read(s)
	v := make([]float64, len(names))
	for i := range s {
		switch s[i].Value.Kind() {
		case metrics.KindUint64:
			v[i] = float64(s[i].Value.Uint64())
		case metrics.KindFloat64:
			v[i] = s[i].Value.Float64()
		}
	}
	return v
}
