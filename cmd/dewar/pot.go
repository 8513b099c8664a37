package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// pot holds the settings for writing a catalogue. Except for width, the zero values are pybabel's defaults.
type pot struct {
	project, version string
	holder, bugs     string
	translator       string
	created          time.Time
	width            int // of lines; 0 does not wrap
	noLocation       bool
	noHeader         bool
	sorted, byFile   bool
}

// write writes the catalogue as pybabel extract does.
func (p *pot) write(w io.Writer, c *catalog) error {
	var b strings.Builder
	if !p.noHeader {
		p.header(&b)
	}
	entries := slices.Clone(c.entries)
	switch {
	case p.sorted:
		slices.SortStableFunc(entries, func(a, b *entry) int { return cmp.Or(cmp.Compare(a.id, b.id), cmp.Compare(a.context, b.context)) })
	case p.byFile:
		slices.SortStableFunc(entries, func(a, b *entry) int { return slices.CompareFunc(a.places, b.places, comparePlaces) })
	}
	for _, e := range entries {
		p.entry(&b, e)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func comparePlaces(a, b place) int {
	return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.line, b.line))
}

func (p *pot) header(b *strings.Builder) {
	project, version := cmp.Or(p.project, "PROJECT"), cmp.Or(p.version, "VERSION")
	year := p.created.Format("2006")
	for _, line := range []string{
		"# Translations template for " + project + ".",
		"# Copyright (C) " + year + " " + cmp.Or(p.holder, "ORGANIZATION"),
		"# This file is distributed under the same license as the " + project + " project.",
		"# FIRST AUTHOR <EMAIL@ADDRESS>, " + year + ".", "#",
	} {
		if p.width <= 0 {
			b.WriteString(line + "\n")
			continue
		}
		for i, part := range wrapText(line, p.width, "# ") {
			if i > 0 {
				part = "# " + part
			}
			b.WriteString(part + "\n")
		}
	}
	b.WriteString("#, fuzzy\nmsgid \"\"\nmsgstr ")
	fields := []string{
		"Project-Id-Version: " + project + " " + version,
		"Report-Msgid-Bugs-To: " + cmp.Or(p.bugs, "EMAIL@ADDRESS"),
		"POT-Creation-Date: " + p.created.Format("2006-01-02 15:04-0700"),
		"PO-Revision-Date: YEAR-MO-DA HO:MI+ZONE",
		"Last-Translator: " + cmp.Or(p.translator, "FULL NAME <EMAIL@ADDRESS>"),
		"Language-Team: LANGUAGE <LL@li.org>",
		"MIME-Version: 1.0",
		"Content-Type: text/plain; charset=utf-8",
		"Content-Transfer-Encoding: 8bit",
		"Generated-By: Dewar\n",
	}
	b.WriteString(normalize(strings.Join(fields, "\n"), p.width) + "\n\n")
}

func (p *pot) entry(b *strings.Builder, e *entry) {
	for _, c := range e.comments {
		p.comment(b, ".", c)
	}
	if !p.noLocation {
		var names []string
		for _, at := range slices.SortedStableFunc(slices.Values(e.places), comparePlaces) {
			if name := fmt.Sprintf("%s:%d", at.file, at.line); !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		p.comment(b, ":", strings.Join(names, " "))
	}
	if e.format {
		b.WriteString("#, python-format\n")
	}
	if e.context != "" {
		b.WriteString("msgctxt " + normalize(e.context, p.width) + "\n")
	}
	b.WriteString("msgid " + normalize(e.id, p.width) + "\n")
	if e.isPlural {
		b.WriteString("msgid_plural " + normalize(e.plural, p.width) + "\nmsgstr[0] \"\"\nmsgstr[1] \"\"\n\n")
		return
	}
	b.WriteString("msgstr \"\"\n\n")
}

// comment writes a comment. It is wrapped even when texts are not.
func (p *pot) comment(b *strings.Builder, kind, text string) {
	for _, line := range wrapText(text, cmp.Or(p.width, 76), "") {
		b.WriteString("#" + kind + " " + strings.TrimSpace(line) + "\n")
	}
}
