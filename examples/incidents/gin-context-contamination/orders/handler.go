// Package orders takes and shows orders.
package orders

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"example.com/orders/pricing"
	"example.com/orders/tenant"
)

// Handler serves /v1/orders.
type Handler struct {
	store   *Store
	pricing *pricing.Client
	trail   trail
}

// NewHandler returns the handler of a store.
func NewHandler(store *Store, client *pricing.Client) *Handler {
	return &Handler{store: store, pricing: client}
}

// Create takes an order.
func (h *Handler) Create(c *gin.Context) {
	user := c.MustGet("user_id").(int64)
	shop := c.GetString("tenant")
	sku := c.Query("sku")

	cents, ok := tenant.Price(shop, sku)
	if !ok {
		var err error
		if cents, err = h.pricing.Quote(sku); err != nil {
			c.JSON(http.StatusBadGateway, gin.H{"error": err.Error()})
			return
		}
	}
	order := h.store.Add(Order{User: user, Tenant: shop, SKU: sku, Cents: cents})
	go h.audit(c, order)
	c.JSON(http.StatusCreated, order)
}

// Show answers with one order, to whom it belongs.
func (h *Handler) Show(c *gin.Context) {
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil {
		c.Status(http.StatusBadRequest)
		return
	}
	order, ok := h.store.Find(id)
	if !ok || order.User != c.MustGet("user_id").(int64) {
		c.Status(http.StatusNotFound)
		return
	}
	c.JSON(http.StatusOK, order)
}
