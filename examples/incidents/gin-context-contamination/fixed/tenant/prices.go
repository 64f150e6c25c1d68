// Package tenant keeps what differs from shop to shop.
package tenant

import (
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
)

// Upload is what is remembered of the last price list of a tenant.
type Upload struct {
	At      time.Time
	Entries int
}

var (
	mu      sync.RWMutex // guards uploads and prices
	uploads = map[string]Upload{}
	prices  = map[string]int64{}
)

// Price returns the price a tenant has set for a SKU.
func Price(tenant, sku string) (int64, bool) {
	mu.RLock()
	defer mu.RUnlock()
	if _, ok := uploads[tenant]; !ok {
		return 0, false
	}
	cents, ok := prices[tenant+"/"+sku]
	return cents, ok
}

// UploadPrices takes a price list: SKU → cents.
func UploadPrices(c *gin.Context) {
	var list map[string]int64
	if err := c.ShouldBindJSON(&list); err != nil {
		c.JSON(http.StatusBadRequest, gin.H{"error": err.Error()})
		return
	}
	tenant := c.Param("tenant")
	mu.Lock()
	defer mu.Unlock()
	for sku, cents := range list {
		prices[tenant+"/"+sku] = cents
	}
	uploads[tenant] = Upload{At: time.Now(), Entries: len(list)}
	c.Status(http.StatusNoContent)
}
