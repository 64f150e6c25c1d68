package basic

import "sync"

type session struct{ user string }

type Store struct {
	mu      sync.Mutex
	byToken map[string]*session
	byUser  map[string]int
	config  map[string]string
}

var hits = map[string]int{}

func NewStore() *Store {
	return &Store{byToken: make(map[string]*session), byUser: map[string]int{}, config: map[string]string{}}
}

func (s *Store) Login(token, user string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byToken[token] = &session{user} // want `Store\.byToken gets an entry for each key it meets here`
	s.byUser[user]++
	s.config["last"] = user
}

// Near miss: byUser loses its entries, config has one constant key.
func (s *Store) Logout(user string) {
	delete(s.byUser, user)
}

func Hit(path string) {
	hits[path]++ // want `hits gets an entry for each key it meets here`
}
