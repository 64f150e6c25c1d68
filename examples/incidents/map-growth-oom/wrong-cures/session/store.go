// Package session keeps who is logged in.
package session

import (
	"crypto/rand"
	"encoding/hex"
	"sync"
	"time"
)

// Session is what the shop remembers of one login.
type Session struct {
	User     string
	Cart     []Item
	LastSeen time.Time
	Closed   bool
}

// Item is one line of a cart.
type Item struct {
	SKU   string
	Count int
}

// Store finds sessions by token.
type Store struct {
	mu      sync.Mutex
	byToken map[string]*Session
}

// NewStore returns an empty store.
func NewStore() *Store {
	return &Store{byToken: make(map[string]*Session)}
}

// Login starts a session and returns its token.
func (s *Store) Login(user string, now time.Time) string {
	token := newToken()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byToken[token] = &Session{User: user, Cart: make([]Item, 0, 64), LastSeen: now}
	return token
}

// Touch returns the session of a token and marks it as seen.
func (s *Store) Touch(token string, now time.Time) (*Session, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	session, ok := s.byToken[token]
	if !ok || session.Closed {
		return nil, false
	}
	session.LastSeen = now
	return session, true
}

// Logout ends a session.
func (s *Store) Logout(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if session, ok := s.byToken[token]; ok {
		session.Closed = true
	}
}

// Len returns how many sessions are kept.
func (s *Store) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.byToken)
}

func newToken() string {
	var raw [16]byte
	rand.Read(raw[:])
	return hex.EncodeToString(raw[:])
}
