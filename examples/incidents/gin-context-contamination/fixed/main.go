// Orders takes the orders of the shops: one HTTP service behind the gateway, one process a region.
package main

import (
	"flag"
	"log"
	"net/http"
	_ "net/http/pprof"
	"time"

	"github.com/gin-gonic/gin"

	"example.com/orders/feed"
	"example.com/orders/middleware"
	"example.com/orders/orders"
	"example.com/orders/pricing"
	"example.com/orders/tenant"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8080", "address to listen on")
	quotes := flag.String("pricing", "http://127.0.0.1:8090", "base URL of the pricing service")
	flag.Parse()

	gin.SetMode(gin.ReleaseMode)
	store := orders.NewStore()
	handler := orders.NewHandler(store, pricing.NewClient(*quotes))

	router := gin.New()
	router.Use(gin.Recovery())
	router.GET("/debug/metrics", gin.WrapF(serveMetrics))
	router.Any("/debug/pprof/*any", gin.WrapH(http.DefaultServeMux))

	api := router.Group("/v1", middleware.Auth(), middleware.Trace())
	api.POST("/orders", handler.Create)
	api.GET("/orders/:id", handler.Show)
	api.GET("/feed", feed.New(store).Subscribe)
	api.PUT("/tenants/:tenant/prices", tenant.UploadPrices)

	log.Printf("listening on %s", *addr)
	server := &http.Server{Addr: *addr, Handler: router, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 2 * time.Minute}
	log.Fatal(server.ListenAndServe())
}
