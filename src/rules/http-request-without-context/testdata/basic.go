package basic

import (
	"context"
	"database/sql"
	"net/http"
	"os/exec"
)

func work(ctx context.Context, db *sql.DB) {
	_, _ = http.Get("https://example.com") // want `http\.Get runs without ctx, which is at hand`
	_ = exec.Command("true").Run()         // want `exec\.Command runs without ctx`
	_, _ = db.Exec("select 1")             // want `db\.Exec runs without ctx`
	_, _ = db.ExecContext(ctx, "select 1")
	_ = exec.CommandContext(ctx, "true").Run()
}

func none() { _, _ = http.Get("https://example.com") }
