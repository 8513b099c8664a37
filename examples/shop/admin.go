package main

import (
	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/cache"
	"github.com/dewar-go/dewar/forms"
	"github.com/dewar-go/dewar/login"
	"github.com/dewar-go/dewar/permit"
)

// addAdmin adds the pages for staff.
func (s *shop) addAdmin() {
	staff := []dewar.Guard{login.Required, permit.NewPermission(permit.RoleNeed("staff")).Require()}
	b := dewar.NewBlueprint("admin", dewar.BlueprintOptions{Prefix: "/admin"})
	b.Guard(staff...)
	b.Get("/", s.admin).Name("index")
	dewar.Post1(b, "/products/<int:id>/stock", s.restock).Name("stock")
	s.app.Register(b)
	s.app.Register(s.queue.Pages("/admin/tasks", staff...))
	forms.Declare[stockForm](s.app)
}

// admin shows the stock and the last orders.
func (s *shop) admin(c *dewar.Context) error {
	var products []Product
	if err := s.database.Reader().NewSelect().Model(&products).Order("name").Scan(c.Context()); err != nil {
		return err
	}
	var orders []Order
	if err := s.database.Reader().NewSelect().Model(&orders).Relation("Product").Order("placed DESC").Limit(50).Scan(c.Context()); err != nil {
		return err
	}
	return c.Render("admin.html", dewar.Vars{"products": products, "orders": orders})
}

type stockForm struct {
	Stock int `form:"stock" check:"input_required, number_range(min=0, max=100000)"`
}

// restock says how many of a product there are.
func (s *shop) restock(c *dewar.Context, id int) error {
	form := forms.New[stockForm](c)
	if !form.Valid() {
		c.Flash("The stock is a number from 0 to 100,000.", "error")
		return c.Redirect(dewar.To("admin.index"))
	}
	tx, err := s.database.Tx(c)
	if err != nil {
		return err
	}
	product := &Product{ID: int64(id)}
	result, err := tx.NewUpdate().Model(product).Set("stock = ?", form.Data.Stock).WherePK().Exec(c.Context())
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); n == 0 && err == nil {
		return dewar.StatusError(404)
	}
	cache.InvalidateAfter(c, s.store, stockTag)
	c.Flash("The stock is set.")
	return c.Redirect(dewar.To("admin.index"))
}
