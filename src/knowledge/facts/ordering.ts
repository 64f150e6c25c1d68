// What orders memory accesses of different goroutines in Go, each with a few lines that the race detector agrees with.
import type {Fact} from './fact.ts'

const known = 'Go 1.19 to 1.26'

export const orderingFacts: readonly Fact[] = [
  {
    id: 'order-of-goroutine-start',
    title: 'What comes before a go statement is visible in the goroutine',
    text: 'The start of a goroutine is a point of synchronisation.',
    sources: ['doc/go_mem.html: Goroutine creation'],
    versions: known,
    litmus: {ordered: true, go: 'a := 1\ndone := make(chan bool)\ngo func() { fmt.Println(a); done <- true }() // 1\n<-done\n'},
  },
  {
    id: 'order-of-goroutine-end',
    title: 'The end of a goroutine orders nothing',
    text: 'Waiting long enough is no synchronisation either: wait for a channel, a WaitGroup or a lock.',
    sources: ['doc/go_mem.html: Goroutine destruction'],
    versions: known,
    litmus: {ordered: false, go: 'a := 0\ngo func() { a = 1 }()\ntime.Sleep(100 * time.Millisecond)\nfmt.Println(a) // a data race\n'},
  },
  {
    id: 'order-of-send',
    title: 'What comes before a send is visible after the receive',
    text: 'For buffered and unbuffered channels.',
    sources: ['doc/go_mem.html: Channel communication'],
    versions: known,
    litmus: {ordered: true, go: 'a := 0\nc := make(chan int, 10)\ngo func() { a = 1; c <- 0 }()\n<-c\nfmt.Println(a) // 1\n'},
  },
  {
    id: 'order-of-close',
    title: 'What comes before close is visible after a receive that finds the channel closed',
    text: 'Closing serves as a broadcast: each receiver sees what was written before.',
    sources: ['doc/go_mem.html: The closing of a channel is synchronized before'],
    versions: known,
    litmus: {ordered: true, go: 'a := 0\nc := make(chan int)\ngo func() { a = 1; close(c) }()\n<-c\nfmt.Println(a) // 1\n'},
  },
  {
    id: 'order-of-unbuffered-receive',
    title: 'What comes before a receive from an unbuffered channel is visible after the send',
    text: 'The send returns when the value has been taken.',
    sources: ['doc/go_mem.html: A receive from an unbuffered channel is synchronized before'],
    versions: known,
    litmus: {ordered: true, go: 'a := 0\nc := make(chan int)\ngo func() { a = 1; <-c }()\nc <- 0\nfmt.Println(a) // 1\n'},
  },
  {
    id: 'order-of-buffered-receive',
    title: 'A receive from a buffered channel does not order the sender',
    text: 'The send returns when there is room, before anybody has received. With capacity C the k-th receive comes before the send number k + C is done, which is what a channel as semaphore rests on.',
    sources: ['doc/go_mem.html: from a channel with capacity'],
    versions: known,
    litmus: {
      ordered: false,
      go: 'a := 0\nc := make(chan int, 1)\ngo func() { a = 1; <-c }()\nc <- 0\ntime.Sleep(100 * time.Millisecond)\nfmt.Println(a) // a data race\n',
    },
  },
  {
    id: 'order-of-mutex',
    title: 'What comes before Unlock is visible after the next Lock',
    text: 'RUnlock comes before the next Lock in the same way. A TryLock that fails orders nothing.',
    sources: ['doc/go_mem.html: An unsuccessful call has no synchronizing effect at all', 'src/sync/mutex.go: synchronizes before'],
    versions: known,
    litmus: {
      ordered: true,
      go: 'a := 0\nvar mu sync.Mutex\nmu.Lock()\ngo func() { a = 1; mu.Unlock() }()\nmu.Lock()\nfmt.Println(a) // 1\n',
    },
  },
  {
    id: 'order-of-once',
    title: 'What the function of a sync.Once did is visible after every Do',
    text: 'Also for the callers who only waited for it.',
    sources: ['src/sync/once.go: synchronizes before'],
    versions: known,
    litmus: {
      ordered: true,
      go: 'a := 0\nvar once sync.Once\ndone := make(chan bool, 2)\nfor range 2 {\n\tgo func() { once.Do(func() { a++ }); fmt.Println(a); done <- true }() // 1, twice\n}\n<-done\n<-done\n',
    },
  },
  {
    id: 'order-of-waitgroup',
    title: 'What comes before Done is visible after Wait',
    text: 'Provided that Add came before Wait: call it ahead of the go statement, or use WaitGroup.Go (Go 1.25).',
    sources: ['src/sync/waitgroup.go: synchronizes before, func (wg *WaitGroup) Go'],
    versions: known,
    litmus: {
      ordered: true,
      go: 'a := 0\nvar wg sync.WaitGroup\nwg.Add(1)\ngo func() { a = 1; wg.Done() }()\nwg.Wait()\nfmt.Println(a) // 1\n',
    },
  },
  {
    id: 'order-of-atomics',
    title: 'Write the data, then store the index atomically: who loads the index sees the data',
    text: 'Atomic operations are sequentially consistent and order the plain accesses around them. One producer needs no compare-and-swap, and no system call and no further barrier is involved.',
    sources: ['doc/go_mem.html: sequentially consistent'],
    versions: known,
    litmus: {
      ordered: true,
      go: 'var data [4]int\nvar filled atomic.Int64\ngo func() {\n\tfor i := range data {\n\t\tdata[i] = i * i\n\t\tfilled.Store(int64(i + 1))\n\t}\n}()\nfor filled.Load() < 4 {\n\truntime.Gosched()\n}\nfmt.Println(data) // [0 1 4 9]\n',
    },
  },
  {
    id: 'order-of-index-before-data',
    title: 'An index that is published before its data is a data race',
    text: 'The reader may find the former content of the slot, however the index is stored.',
    sources: ['doc/go_mem.html: sequentially consistent'],
    versions: known,
    litmus: {
      ordered: false,
      go: 'var data [4]int\nvar filled atomic.Int64\ngo func() {\n\tfilled.Store(1)\n\tdata[0] = 7\n}()\nfor filled.Load() < 1 {\n\truntime.Gosched()\n}\nfmt.Println(data[0]) // a data race\ntime.Sleep(100 * time.Millisecond)\n',
    },
  },
  {
    id: 'order-of-plain-flag',
    title: 'A plain variable as a flag orders nothing',
    text: 'The compiler may read it once and loop for ever, and what was written before the flag need not be visible after it.',
    sources: ['doc/go_mem.html: Incorrect synchronization'],
    versions: known,
    litmus: {
      ordered: false,
      go: 'a, done := 0, false\ngo func() { a = 1; done = true }()\ntime.Sleep(100 * time.Millisecond)\nif done {\n\tfmt.Println(a) // a data race, twice\n}\n',
    },
  },
]
