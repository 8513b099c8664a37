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

// FindOr404 reads the first row that q selects into its model, a pointer to a struct. When there is no row the error is
// a 404:
//
//	post := Post{ID: id}
//	err := db.FindOr404(c.Context(), tx.NewSelect().Model(&post).WherePK())
//
// It is Flask-SQLAlchemy's get_or_404 and first_or_404.
func FindOr404(ctx context.Context, q *bun.SelectQuery) error {
	err := q.Limit(1).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return &dewar.HTTPError{Code: http.StatusNotFound, Err: fmt.Errorf("db: %w", err)}
	}
	return err
}

// PageOptions choose the page of a result. The zero value takes everything from the request, as Flask-SQLAlchemy's
// paginate does.
type PageOptions struct {
	// Page is the number of the page, from 1. Default: the query parameter page, or 1.
	Page int
	// PerPage is the greatest number of rows on a page. Default: the query parameter per_page, or 20.
	PerPage int
	// MaxPerPage bounds PerPage, also from the query. Default: 100.
	MaxPerPage int
}

// A Pagination is one page of a result. Templates use it like Flask-SQLAlchemy's: items, page, per_page, total, pages,
// has_prev, prev_num, has_next, next_num, first, last and iter_pages(). Iterating it yields its items.
type Pagination struct {
	// Items is the slice with the rows of the page.
	Items any
	// Page is the number of the page, PerPage the rows on a page, Total the number of rows, Pages the number of pages.
	Page, PerPage, Total, Pages int
	// HasPrev and HasNext say whether there is a page before or after this one.
	HasPrev, HasNext bool
	// PrevNum and NextNum are the numbers of those pages, or nil.
	PrevNum, NextNum *int
	// First and Last are the numbers of the first and last row on the page, from 1. Both are 0 on an empty page.
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
// The error is a 404 for a page number that is no number, below 1 or after the last page. The first page of an empty
// result is no error. The rows are counted before they are read; a page that does not exist is not read.
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

// Attr returns the fields and iter_pages by their names in Flask-SQLAlchemy.
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

// Iterate yields the items.
func (p *Pagination) Iterate() (jinja.Iterator, error) {
	items, err := jinja.Items(jinja.ValueOf(p.Items))
	return &rows{items}, err
}

// rows is an iterator over values.
type rows struct{ left []jinja.Value }

func (r *rows) Next() (v jinja.Value, ok bool, err error) {
	if len(r.left) == 0 {
		return jinja.None, false, nil
	}
	v, r.left = r.left[0], r.left[1:]
	return v, true, nil
}

// iterPages is iter_pages(left_edge=2, left_current=2, right_current=4, right_edge=2). It returns the page numbers for
// a row of links, with None where numbers are left out.
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
	// span adds the pages from start up to stop-1. It adds None first when pages before start are left out.
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
