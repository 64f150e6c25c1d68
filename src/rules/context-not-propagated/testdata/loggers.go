package loggers

import (
	"context"
	"log/slog"
)

func note(ctx context.Context) { slog.InfoContext(context.Background(), "done") }
