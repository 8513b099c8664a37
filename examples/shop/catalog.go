package main

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/cache"
	"github.com/dewar-go/dewar/contrib/db"
	"github.com/dewar-go/dewar/forms"
)

// stockTag is the tag of all that depends on what is in stock.
const stockTag = "stock"

// addCatalog adds the pages for everybody.
func (s *shop) addCatalog() {
	s.app.TemplateFilter("money", money)
	s.app.TemplateFilter("day", day)
	s.app.Get("/", s.index).Name("index").Guard(cache.NewView(s.store, cache.ViewOptions{TTL: time.Minute, Tags: []string{stockTag}}))
	dewar.Route1(s.app, "/products/<int:id>", s.product, "GET", "POST").Name("product")
	dewar.Get1(s.app, "/orders/<id>", s.order).Name("order")
	forms.Declare[orderForm](s.app, "product.html")
}

// index is the list of all products. It is kept for everybody, so it shows nothing of who asks.
func (s *shop) index(c *dewar.Context) error {
	var list []Product
	if err := s.database.Reader().NewSelect().Model(&list).Order("name").Scan(c.Context()); err != nil {
		return err
	}
	return c.Render("index.html", dewar.Vars{"products": list})
}

// An orderForm is what a buyer fills in.
type orderForm struct {
	// ID becomes the order's. It is made when the form is shown, so that a form that is sent twice is one order.
	ID       string `form:"id" type:"hidden" check:"required, regexp('^[A-Z2-7]{26}$')"`
	Quantity int    `form:"quantity" label:"How many" check:"required, number_range(min=1, max=20)"`
	Name     string `form:"name" label:"Your name" check:"required, length(max=80)" filter:"strip,squeeze"`
	Email    string `form:"email" label:"E-mail" check:"required, email, length(max=120)" filter:"strip"`
}

// product shows a product and takes orders of it.
func (s *shop) product(c *dewar.Context, id int) error {
	product := &Product{ID: int64(id)}
	if err := db.FindOr404(c.Context(), s.database.Reader().NewSelect().Model(product).WherePK()); err != nil {
		return err
	}
	form := forms.New[orderForm](c, forms.Options{From: &orderForm{ID: rand.Text(), Quantity: 1}})
	if form.Valid() {
		err := s.place(c, product, &form.Data)
		if err == nil {
			return c.Redirect(dewar.To("order", "id", form.Data.ID))
		}
		if !errors.Is(err, errStock) {
			return err
		}
		form.AddError("quantity", "stock", "There are not that many left.")
	}
	popular, err := s.popular.Get(c.Context(), 3)
	if err != nil {
		return err
	}
	return form.Render("product.html", dewar.Vars{"product": product, "popular": popular})
}

var errStock = errors.New("shop: not enough in stock")

// place stores an order with its tasks, all in the request's transaction. An order that is there already is left as
// it is.
func (s *shop) place(c *dewar.Context, product *Product, data *orderForm) error {
	tx, err := s.database.Tx(c)
	if err != nil {
		return err
	}
	order := &Order{
		ID: data.ID, ProductID: product.ID, Quantity: data.Quantity, Total: int64(data.Quantity) * product.Price,
		Name: data.Name, Email: data.Email, Placed: time.Now().Unix(),
	}
	// A savepoint: without enough in stock the order is undone, and the request goes on.
	err = tx.RunInTx(c.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewInsert().Model(order).Exec(ctx); err != nil {
			return err
		}
		result, err := tx.NewUpdate().Model(product).Set("stock = stock - ?", order.Quantity).WherePK().Where("stock >= ?", order.Quantity).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); n == 0 || err != nil {
			return errors.Join(errStock, err)
		}
		return nil
	})
	if db.IsUnique(err) {
		return nil
	}
	if err != nil {
		return err
	}
	cache.InvalidateAfter(c, s.store, stockTag)
	if _, err := s.confirm.Enqueue(c, placed{order.ID}); err != nil || s.webhook == nil {
		return err
	}
	_, err = s.announce.Enqueue(c, placed{order.ID})
	return err
}

// order shows an order to who knows its number.
func (s *shop) order(c *dewar.Context, id string) error {
	order := new(Order)
	if err := db.FindOr404(c.Context(), s.one(order, id)); err != nil {
		return err
	}
	c.SetHeader("Cache-Control", "no-store")
	return c.Render("order.html", dewar.Vars{"order": order})
}
