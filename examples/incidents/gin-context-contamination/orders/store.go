package orders

import "sync"

// Order is one order as it is kept.
type Order struct {
	ID     int64  `json:"id"`
	User   int64  `json:"user"`
	Tenant string `json:"tenant"`
	SKU    string `json:"sku"`
	Cents  int64  `json:"cents"`
}

// kept is how many of the newest orders stay in memory.
const kept = 4096

// Store keeps the newest orders.
type Store struct {
	mu   sync.RWMutex
	last int64
	ring [kept]Order
}

// NewStore returns an empty store.
func NewStore() *Store { return &Store{} }

// Add numbers an order and keeps it.
func (s *Store) Add(order Order) Order {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	order.ID = s.last
	s.ring[order.ID%kept] = order
	return order
}

// Find returns an order that is still kept.
func (s *Store) Find(id int64) (Order, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	order := s.ring[id%kept]
	return order, order.ID == id && id > 0
}

// Count returns how many orders there have been.
func (s *Store) Count() int64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.last
}
