package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strconv"

	"github.com/uptrace/bun"

	"github.com/dewar-go/dewar"
	"github.com/dewar-go/dewar/jinja"
)

// FindOr404 reads the first row that q selects into its model, a pointer to a
// struct. Without such a row the error is a 404:
//
//	post := Post{ID: id}
//	err := db.FindOr404(c.Context(), tx.NewSelect().Model(&post).WherePK())
//
// It is get_or_404 and first_or_404 of Flask-SQLAlchemy.
func FindOr404(ctx context.Context, q *bun.SelectQuery) error {
	err := q.Limit(1).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return &dewar.HTTPError{Code: http.StatusNotFound, Err: fmt.Errorf("db: %w", err)}
	}
	return err
}

// PageOptions say which page of a result is wanted. The zero value takes all
// from the request, as Flask-SQLAlchemy's paginate does.
type PageOptions struct {
	// Page is the number of the page, from 1. Default: the query's page=, and 1
	// without one.
	Page int
	// PerPage is how many rows a page has at most. Default: the query's
	// per_page=, and 20 without one.
	PerPage int
	// MaxPerPage bounds PerPage, whoever asked for it. Default: 100.
	MaxPerPage int
}

// A Pagination is one page of a result. Templates see it as that of
// Flask-SQLAlchemy: items, page, per_page, total, pages, has_prev, prev_num,
// has_next, next_num, first, last and iter_pages(); a loop over it is one over
// its items.
type Pagination struct {
	// Items is the slice that the page's rows were read into.
	Items any
	// Page, PerPage, Total and Pages are the number of the page, how many rows
	// a page has, how many rows there are, and how many pages.
	Page, PerPage, Total, Pages int
	// HasPrev and HasNext tell whether a page comes before or after.
	HasPrev, HasNext bool
	// PrevNum and NextNum are the numbers of these pages, nil where there is
	// none.
	PrevNum, NextNum *int
	// First and Last are the numbers of the first and last row of the page,
	// from 1; both are 0 on an empty one.
	First, Last int
}

// Page reads one page of what q selects into its model, a pointer to a slice:
//
//	var posts []Post
//	q := tx.NewSelect().Model(&posts).Order("created DESC")
//	page, err := db.Page(c, q, db.PageOptions{PerPage: 10})
//	…
//	return c.Render("index.html", dewar.Vars{"pagination": page, "posts": posts})
//
// A number that is none or below 1, and a page after the last, are a 404, but
// for the first page of an empty result. The rows are counted before they are
// read, and a page that cannot be there is not asked for.
func Page(c *dewar.Context, q *bun.SelectQuery, o PageOptions) (*Pagination, error) {
	p := &Pagination{Page: o.Page, PerPage: o.PerPage}
	for _, n := range []struct {
		to        *int
		name      string
		otherwise int
	}{{&p.Page, "page", 1}, {&p.PerPage, "per_page", 20}} {
		if *n.to == 0 {
			*n.to = n.otherwise
			if query := c.QueryValues(); query.Has(n.name) {
				var err error
				if *n.to, err = strconv.Atoi(query.Get(n.name)); err != nil {
					return nil, dewar.StatusError(http.StatusNotFound)
				}
			}
		}
	}
	p.PerPage = min(p.PerPage, orDefault(o.MaxPerPage, 100))
	if p.Page < 1 || p.PerPage < 1 {
		return nil, dewar.StatusError(http.StatusNotFound)
	}
	total, err := q.Count(c.Context())
	if err != nil {
		return nil, err
	}
	p.Total = int(total)
	p.Pages = (p.Total + p.PerPage - 1) / p.PerPage
	if p.Page > max(p.Pages, 1) {
		return nil, dewar.StatusError(http.StatusNotFound)
	}
	before := (p.Page - 1) * p.PerPage
	if err := q.Limit(int64(p.PerPage)).Offset(int64(before)).Scan(c.Context()); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, err
	}
	items := reflect.Indirect(reflect.ValueOf(q.GetModel().Value()))
	if items.Kind() != reflect.Slice {
		return nil, fmt.Errorf("db: Page: the model of the query is a pointer to a slice, not %v", items.Type())
	}
	p.Items = items.Interface()
	if n := items.Len(); n > 0 {
		p.First, p.Last = before+1, before+n
	}
	if p.HasPrev = p.Page > 1; p.HasPrev {
		p.PrevNum = new(p.Page - 1)
	}
	if p.HasNext = p.Page < p.Pages; p.HasNext {
		p.NextNum = new(p.Page + 1)
	}
	return p, nil
}

// Attr gives templates the fields and iter_pages by their names in Flask.
func (p *Pagination) Attr(name string) (jinja.Value, bool) {
	var v any
	switch name {
	case "items":
		v = p.Items
	case "page":
		v = p.Page
	case "per_page":
		v = p.PerPage
	case "total":
		v = p.Total
	case "pages":
		v = p.Pages
	case "has_prev":
		v = p.HasPrev
	case "has_next":
		v = p.HasNext
	case "prev_num":
		v = p.PrevNum
	case "next_num":
		v = p.NextNum
	case "first":
		v = p.First
	case "last":
		v = p.Last
	case "iter_pages":
		return jinja.NewFunc(name, p.iterPages), true
	default:
		return jinja.Value{}, false
	}
	return jinja.ValueOf(v), true
}

// Iterate makes a loop over a page one over its items.
func (p *Pagination) Iterate() (jinja.Iterator, error) {
	items, err := jinja.Items(jinja.ValueOf(p.Items))
	return &rows{items}, err
}

// rows yields values.
type rows struct{ left []jinja.Value }

func (r *rows) Next() (v jinja.Value, ok bool, err error) {
	if len(r.left) == 0 {
		return jinja.None, false, nil
	}
	v, r.left = r.left[0], r.left[1:]
	return v, true, nil
}

// iterPages is iter_pages(left_edge=2, left_current=2, right_current=4,
// right_edge=2): the numbers for a row of links, with None where some are left
// out.
func (p *Pagination) iterPages(_ jinja.State, args jinja.Args) (jinja.Value, error) {
	bound, err := args.Bind("iter_pages",
		jinja.Param{Name: "left_edge", Default: jinja.Int(2)}, jinja.Param{Name: "left_current", Default: jinja.Int(2)},
		jinja.Param{Name: "right_current", Default: jinja.Int(4)}, jinja.Param{Name: "right_edge", Default: jinja.Int(2)})
	if err != nil {
		return jinja.None, err
	}
	var n [4]int
	for i, v := range bound {
		number, ok := v.Int64()
		if !ok {
			return jinja.None, jinja.NewException("TypeError", "iter_pages() takes whole numbers")
		}
		n[i] = int(min(max(number, 0), int64(p.Pages)))
	}
	var list []jinja.Value
	next, end := 1, p.Pages+1
	// span adds the pages up to the one before stop, with a None for those that
	// are left out before start.
	span := func(start, stop int) {
		if start = max(start, next); start > next {
			list = append(list, jinja.None)
		}
		for next = start; next < stop; next++ {
			list = append(list, jinja.Int(int64(next)))
		}
	}
	span(1, min(1+n[0], end))
	if next < end {
		span(p.Page-n[1], min(p.Page+n[2]+1, end))
	}
	if next < end {
		span(end-n[3], end)
	}
	return jinja.NewList(list...), nil
}
