package main

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
)

// A Product is something for sale.
type Product struct {
	bun.BaseModel `bun:"table:product"`

	ID    int64 `bun:",pk"`
	Name  string
	About string
	Price int64 // cents
	Stock int
}

// An Order is one product, some number of times, for one buyer.
type Order struct {
	bun.BaseModel `bun:"table:orders"`

	ID        string `bun:",pk"` // random: who knows it may see the order
	ProductID int64
	Product   *Product `bun:"rel:belongs-to,join:product_id=id"`
	Quantity  int
	Total     int64 // cents
	Name      string
	Email     string `pii:"contact"`
	Placed    int64  // Unix time in seconds
}

// one selects an order with its product.
func (s *shop) one(order *Order, id string) *bun.SelectQuery {
	return s.database.Reader().NewSelect().Model(order).Relation("Product").Where("?TableAlias.id = ?", id)
}

// loadPopular finds the products that most were sold of in the last 30 days.
func (s *shop) loadPopular(ctx context.Context, limit int64) (list []Product, err error) {
	sold := s.database.Reader().NewSelect().Model((*Order)(nil)).Column("product_id").ColumnExpr("SUM(quantity) AS sold").
		Where("placed > ?", time.Now().AddDate(0, 0, -30).Unix()).Group("product_id")
	err = s.database.Reader().NewSelect().Model(&list).Join("JOIN (?) AS s ON s.product_id = product.id", sold).
		OrderExpr("s.sold DESC, product.id").Limit(limit).Scan(ctx)
	return list, err
}

// money writes cents as an amount.
func money(cents int64) string { return fmt.Sprintf("%d.%02d €", cents/100, cents%100) }

// day writes the date of a Unix time.
func day(seconds int64) string { return time.Unix(seconds, 0).UTC().Format(time.DateOnly) }
