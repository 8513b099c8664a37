package work

import (
	"strconv"
	"strings"

	"github.com/dewar-go/dewar/markup"
)

// What a careful programmer writes by hand: everything goes to one buffer that
// is used again. It is the floor of the comparison.

const fortunesHead = `<!DOCTYPE html><html><head><title>Fortunes</title></head><body><table><tr><th>id</th><th>message</th></tr>`

// HandFortunes prints the fortunes.
func HandFortunes(buf []byte, rows []Fortune) []byte {
	buf = append(buf, fortunesHead...)
	for i := range rows {
		buf = append(buf, "<tr><td>"...)
		buf = strconv.AppendInt(buf, int64(rows[i].ID), 10)
		buf = append(buf, "</td><td>"...)
		buf = markup.AppendEscape(buf, rows[i].Message)
		buf = append(buf, "</td></tr>"...)
	}
	return append(buf, "</table></body></html>"...)
}

// HandFortuneMaps prints them from maps.
func HandFortuneMaps(buf []byte, rows []any) []byte {
	buf = append(buf, fortunesHead...)
	for _, row := range rows {
		row := row.(map[string]any)
		buf = append(buf, "<tr><td>"...)
		buf = strconv.AppendInt(buf, int64(row["id"].(int)), 10)
		buf = append(buf, "</td><td>"...)
		buf = markup.AppendEscape(buf, row["message"].(string))
		buf = append(buf, "</td></tr>"...)
	}
	return append(buf, "</table></body></html>"...)
}

// HandTable prints the table.
func HandTable(buf []byte, t [][]int) []byte {
	buf = append(buf, "<table>"...)
	for _, row := range t {
		buf = append(buf, "<tr>"...)
		for _, c := range row {
			buf = append(buf, "<td>"...)
			buf = strconv.AppendInt(buf, int64(c), 10)
			buf = append(buf, "</td>"...)
		}
		buf = append(buf, "</tr>"...)
	}
	return append(buf, "</table>"...)
}

// HandPage prints the page that has everything.
func HandPage(buf []byte, p *Page) []byte {
	buf = handTop(buf, p.Heading, p.User != nil, func() (name, email string) { return p.User.Name, p.User.Email })
	for i := range p.Items {
		item := &p.Items[i]
		buf = handItem(buf, i, item.Name, item.Category, item.Price, item.InStock)
		for _, t := range item.Tags {
			buf = handTag(buf, t)
		}
		buf = append(buf, "</li>"...)
	}
	return handBottom(buf, len(p.Items), p.Site)
}

// HandPageMaps prints it from maps.
func HandPageMaps(buf []byte, p map[string]any) []byte {
	user, _ := p["user"].(map[string]any)
	items := p["items"].([]any)
	buf = handTop(buf, p["heading"].(string), user != nil, func() (name, email string) { return user["name"].(string), user["email"].(string) })
	for i, item := range items {
		item := item.(map[string]any)
		buf = handItem(buf, i, item["name"].(string), item["category"].(string), item["price"].(float64), item["in_stock"].(bool))
		for _, t := range item["tags"].([]any) {
			buf = handTag(buf, t.(string))
		}
		buf = append(buf, "</li>"...)
	}
	return handBottom(buf, len(items), p["site"].(string))
}

func handTop(buf []byte, heading string, known bool, user func() (name, email string)) []byte {
	buf = append(buf, "<!doctype html><html><head><title>"...)
	buf = markup.AppendEscape(buf, heading)
	buf = append(buf, " - Site</title></head><body><nav>"...)
	if known {
		name, email := user()
		buf = append(buf, "<b>"...)
		buf = markup.AppendEscape(buf, name)
		buf = append(buf, "</b> "...)
		buf = markup.AppendEscape(buf, strings.ToLower(email))
	} else {
		buf = append(buf, `<a href="/login">Log in</a>`...)
	}
	buf = append(buf, "</nav><main><h1>"...)
	buf = markup.AppendEscape(buf, heading)
	return append(buf, "</h1><ul>"...)
}

func handItem(buf []byte, i int, name, category string, price float64, inStock bool) []byte {
	if i%2 == 0 {
		buf = append(buf, `<li class="odd">`...)
	} else {
		buf = append(buf, `<li class="even">`...)
	}
	buf = strconv.AppendInt(buf, int64(i+1), 10)
	buf = append(buf, ". "...)
	buf = markup.AppendEscape(buf, name)
	buf = append(buf, " ("...)
	buf = markup.AppendEscape(append(buf, category[0]-32), category[1:])
	buf = append(buf, ") <i>"...)
	buf = strconv.AppendFloat(buf, price, 'f', 1, 64)
	buf = append(buf, "</i>"...)
	if inStock {
		buf = append(buf, " in stock"...)
	}
	return buf
}

func handTag(buf []byte, tag string) []byte {
	buf = append(buf, ` <span class="tag">`...)
	buf = markup.AppendEscape(buf, strings.ToUpper(tag))
	return append(buf, "</span>"...)
}

func handBottom(buf []byte, n int, site string) []byte {
	buf = append(buf, "</ul><p>"...)
	buf = strconv.AppendInt(buf, int64(n), 10)
	buf = append(buf, " items</p></main><footer>"...)
	buf = markup.AppendEscape(buf, site)
	return append(buf, "</footer></body></html>"...)
}

// HandStatic prints the long page with nine values.
func HandStatic(buf []byte, vs *[9]string) []byte {
	for i := range vs {
		buf = append(buf, Chunk...)
		buf = markup.AppendEscape(buf, vs[i])
	}
	return buf
}

// HandLogic prints the decisions.
func HandLogic(buf []byte, scores []Score) []byte {
	for i := range scores {
		s := &scores[i]
		buf = append(buf, decide(s.Active, s.Points, s.Level))
		if i == len(scores)-1 {
			buf = append(buf, '.')
		}
	}
	return buf
}

// HandLogicMaps prints them from maps.
func HandLogicMaps(buf []byte, scores []any) []byte {
	for i, s := range scores {
		s := s.(map[string]any)
		buf = append(buf, decide(s["active"].(bool), s["points"].(int), s["level"].(int)))
		if i == len(scores)-1 {
			buf = append(buf, '.')
		}
	}
	return buf
}

func decide(active bool, points, level int) byte {
	switch {
	case active && points > 90:
		return 'A'
	case active && points > 70 || level == 3:
		return 'B'
	case !active && points%2 == 0:
		return 'C'
	case points+level*10 > 60:
		return 'D'
	}
	return 'E'
}
