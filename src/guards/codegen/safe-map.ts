// The Go package of a map that is safe for many goroutines, owns its values and says when it grows beyond what was thought.
import {generatedHeader, goFile, type GeneratedFile} from './go-file.ts'

export interface SafeMapGuard {
  readonly package: string
  readonly threshold: number
}

export function safeMapGo(guard: SafeMapGuard, config: string): GeneratedFile[] {
  const f = goFile(
    guard.package,
    generatedHeader('safemap', config),
    `Package ${guard.package} has a map that many goroutines may use, that owns its values, and that tells when it grows.

It needs Go 1.21 or later.`,
  )
  f.use('errors', 'fmt', 'io', 'runtime', 'sync')
  f.print(`
// DefaultThreshold is the size from which a map reports its growth.
const DefaultThreshold = ${guard.threshold}

// ErrClosed is what methods return after Close.
var ErrClosed = errors.New("safe map is closed")

// Growth is told when a map first reaches its threshold, and at each doubling after that.
type Growth struct {
	Name string
	Size int
	// Site is file:line of the caller whose Set or Update made it so large, Depth the number of frames above it.
	Site  string
	Depth int
}

// Options of a map; every field may be left out.
type Options[K comparable, V any] struct {
	// Name is for reports and metrics.
	Name string
	// Clone copies a value on its way in and out, so that nobody outside shares it. Without it values are stored as they are: right for values
	// without pointers, slices or maps.
	Clone func(V) V
	// Release is called for each value that leaves the map: overwritten, deleted, or there at Close. It must not call the map.
	Release func(K, V)
	// Threshold is the size that is reported; 0 means DefaultThreshold.
	Threshold int
	// OnGrowth gets the report, without the lock.
	OnGrowth func(Growth)
}

// Map is a map for many goroutines. Create it with New.
type Map[K comparable, V any] struct {
	mu     sync.RWMutex
	m      map[K]V
	o      Options[K, V]
	next   int
	peak   int
	closed bool
}

// New makes an empty map.
func New[K comparable, V any](o Options[K, V]) *Map[K, V] {
	if o.Threshold <= 0 {
		o.Threshold = DefaultThreshold
	}
	return &Map[K, V]{m: map[K]V{}, o: o, next: o.Threshold}
}

func (m *Map[K, V]) clone(v V) V {
	if m.o.Clone == nil {
		return v
	}
	return m.o.Clone(v)
}

// Get gives a copy of the value.
func (m *Map[K, V]) Get(key K) (value V, ok bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if value, ok = m.m[key]; ok {
		value = m.clone(value)
	}
	return value, ok
}

// Set stores a copy of the value.
func (m *Map[K, V]) Set(key K, value V) error {
	value = m.clone(value)
	m.mu.Lock()
	if m.closed {
		m.mu.Unlock()
		return ErrClosed
	}
	m.put(key, value)
	m.grown()
	return nil
}

// Update replaces the value by what change makes of it, in one step. change gets the map's own value and must not keep it or call the map.
func (m *Map[K, V]) Update(key K, change func(value V, ok bool) V) error {
	if err := m.update(key, change); err != nil {
		return err
	}
	m.mu.Lock()
	m.grown()
	return nil
}

func (m *Map[K, V]) update(key K, change func(value V, ok bool) V) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return ErrClosed
	}
	value, ok := m.m[key]
	m.m[key] = m.clone(change(value, ok))
	return nil
}

// Delete removes the key and says whether it was there.
func (m *Map[K, V]) Delete(key K) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	value, ok := m.m[key]
	if ok {
		delete(m.m, key)
		m.release(key, value)
	}
	return ok
}

// Len is the number of entries.
func (m *Map[K, V]) Len() int {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return len(m.m)
}

// Range calls fn with a copy of each entry there was when it began, until fn returns false. fn may use the map.
func (m *Map[K, V]) Range(fn func(K, V) bool) {
	m.mu.RLock()
	keys := make([]K, 0, len(m.m))
	for key := range m.m {
		keys = append(keys, key)
	}
	m.mu.RUnlock()
	for _, key := range keys {
		if value, ok := m.Get(key); ok && !fn(key, value) {
			return
		}
	}
}

// Close releases every value. It may be called again; reads then find nothing and writes return ErrClosed.
func (m *Map[K, V]) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key, value := range m.m {
		m.release(key, value)
	}
	m.m, m.closed = nil, true
	return nil
}

// WriteMetrics writes size and peak in the text format of Prometheus.
func (m *Map[K, V]) WriteMetrics(w io.Writer) error {
	m.mu.RLock()
	size, peak := len(m.m), m.peak
	m.mu.RUnlock()
	_, err := fmt.Fprintf(w, "safe_map_entries{map=%q} %d\\nsafe_map_entries_peak{map=%q} %d\\n", m.o.Name, size, m.o.Name, peak)
	return err
}

func (m *Map[K, V]) put(key K, value V) {
	if old, ok := m.m[key]; ok {
		m.release(key, old)
	}
	m.m[key] = value
}

func (m *Map[K, V]) release(key K, value V) {
	if m.o.Release != nil {
		m.o.Release(key, value)
	}
}

// grown unlocks and reports a size that was not seen before. Its caller's caller is the site.
func (m *Map[K, V]) grown() {
	size := len(m.m)
	m.peak = max(m.peak, size)
	if size < m.next {
		m.mu.Unlock()
		return
	}
	for m.next <= size {
		m.next *= 2
	}
	m.mu.Unlock()
	if m.o.OnGrowth == nil {
		return
	}
	g := Growth{Name: m.o.Name, Size: size}
	if _, file, line, ok := runtime.Caller(2); ok {
		g.Site = fmt.Sprintf("%s:%d", file, line)
	}
	var frames [128]uintptr
	g.Depth = runtime.Callers(3, frames[:])
	m.o.OnGrowth(g)
}
`)
  return [{path: 'safe_map.go', text: f.toString()}]
}
