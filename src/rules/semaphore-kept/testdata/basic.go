package basic

import (
	"context"
	"errors"
)

var errEmpty = errors.New("empty")

type converter struct{ permits chan struct{} }

func (c *converter) acquire() { c.permits <- struct{}{} }
func (c *converter) release() { <-c.permits }

func (c *converter) convert(text string) (string, error) {
	c.acquire()
	if text == "" {
		return "", errEmpty // want `the place taken in c\.permits is still taken`
	}
	out := "<p>" + text + "</p>"
	c.release()
	return out, nil
}

func (c *converter) deferred(text string) (string, error) {
	c.acquire()
	defer c.release()
	if text == "" {
		return "", errEmpty
	}
	return text, nil
}

var slots = make(chan struct{}, 4)

func plain(work func() error) error {
	slots <- struct{}{}
	if err := work(); err != nil {
		return err // want `the place taken in slots is still taken`
	}
	<-slots
	return nil
}

func every(work func() error) error {
	slots <- struct{}{}
	if err := work(); err != nil {
		<-slots
		return err
	}
	<-slots
	return nil
}

func literal(work func() error) error {
	slots <- struct{}{}
	defer func() { <-slots }()
	if err := work(); err != nil {
		return err
	}
	return nil
}

// The goroutine gives it back.
func spawned(work func()) {
	slots <- struct{}{}
	go func() {
		defer func() { <-slots }()
		work()
	}()
}

func limited(ctx context.Context, work func() error) error {
	select {
	case slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	if work() != nil {
		return errEmpty // want `the place taken in slots is still taken`
	}
	<-slots
	return nil
}

// What is called on the way gives it back.
func (c *converter) fail(err error) error {
	c.release()
	return err
}

func (c *converter) failing(text string) error {
	c.acquire()
	if text == "" {
		return c.fail(errEmpty)
	}
	c.release()
	return nil
}

// It hands the place to its caller.
func begin(ok bool) bool {
	slots <- struct{}{}
	if !ok {
		return false
	}
	return true
}

// A signal that is answered, not a place.
func ask(question, answer chan struct{}) bool {
	question <- struct{}{}
	if len(answer) > 3 {
		return false
	}
	<-answer
	return true
}

// It offers a place that others take; as net/http's transport does.
func offer(inFlight bool, idle chan struct{}) error {
	if inFlight {
		select {
		case idle <- struct{}{}:
		default:
			panic("offered twice")
		}
		return nil
	}
	return errEmpty
}
