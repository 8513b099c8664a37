package work

import (
	"fmt"
	"strconv"
	"time"

	"github.com/dewar-go/dewar/markup"
)

// An Order is a row of the table of orders.
type Order struct {
	ID       int       `json:"id"`
	Customer string    `json:"customer"`
	Status   string    `json:"status"`
	Total    float64   `json:"total"`
	Note     string    `json:"note"`
	Created  time.Time `json:"created"`
}

// Orders are 100 rows.
func Orders() []Order {
	orders := make([]Order, 100)
	for i := range orders {
		orders[i] = Order{
			1000 + i, fmt.Sprintf("Customer & Son %d", i), []string{"open", "paid", "sent"}[i%3], float64(i*i) * 0.37,
			[]string{"", "ring <twice>"}[i%2], time.Date(2026, 1, 1, 8, 0, 0, 0, time.UTC).AddDate(0, 0, i),
		}
	}
	return orders
}

// HandOrders prints the table of orders.
func HandOrders(buf []byte, orders []Order) []byte {
	buf = append(buf, "<table>"...)
	for i := range orders {
		o := &orders[i]
		buf = append(buf, `<tr class="`...)
		switch o.Status {
		case "open":
			buf = append(buf, "warning"...)
		case "paid":
			buf = append(buf, "success"...)
		default:
			buf = append(buf, "muted"...)
		}
		buf = append(buf, `"><td>`...)
		buf = strconv.AppendInt(buf, int64(o.ID), 10)
		buf = append(buf, "</td><td>"...)
		buf = markup.AppendEscape(buf, o.Customer)
		buf = append(buf, "</td><td>"...)
		if o.Total > 100 {
			buf = append(buf, "<b>"...)
		}
		buf = strconv.AppendFloat(buf, o.Total, 'f', 2, 64)
		if o.Total > 100 {
			buf = append(buf, "</b>"...)
		}
		buf = append(buf, "</td><td>"...)
		buf = o.Created.AppendFormat(buf, "2006-01-02")
		buf = append(buf, "</td><td>"...)
		if o.Note != "" {
			buf = markup.AppendEscape(buf, o.Note)
		} else {
			buf = append(buf, '-')
		}
		buf = append(buf, "</td></tr>"...)
	}
	return append(buf, "</table>"...)
}
