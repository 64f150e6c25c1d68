// Package orders takes and shows orders.
package orders

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"example.com/orders/middleware"
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
	user, ok := middleware.UserID(c)
	if !ok {
		c.Status(http.StatusUnauthorized)
		return
	}
	shop := c.GetString("tenant")
	sku := c.Query("sku")

	cents, own := tenant.Price(shop, sku)
	if !own {
		var err error
		if cents, err = h.pricing.Quote(c.Request.Context(), sku); err != nil {
			c.JSON(http.StatusBadGateway, gin.H{"error": err.Error()})
			return
		}
	}
	order := h.store.Add(Order{User: user, Tenant: shop, SKU: sku, Cents: cents})
	go h.audit(order, c.GetString("trace_id"))
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
	if user, known := middleware.UserID(c); !ok || !known || order.User != user {
		c.Status(http.StatusNotFound)
		return
	}
	c.JSON(http.StatusOK, order)
}
