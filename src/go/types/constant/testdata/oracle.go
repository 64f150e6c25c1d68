// Prints random constant expressions in reverse Polish notation, with what go/constant makes of them, as JSON lines.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"go/constant"
	"go/token"
	"math"
	"math/rand"
	"os"
	"strconv"
	"strings"
)

type row struct {
	Steps [][]string `json:"steps"`
	Kind  string     `json:"kind"`
	Exact string     `json:"exact"`
	Short string     `json:"short"`
	Int   string     `json:"int"`
	Float string     `json:"float"`
	Num   string     `json:"num"`
	Den   string     `json:"den"`
	F32   string     `json:"f32"`
	F64   string     `json:"f64"`
	Exact32 bool     `json:"exact32"`
	Exact64 bool     `json:"exact64"`
	Sign  int        `json:"sign"`
	Bits  int        `json:"bits"`
	Bool  *bool      `json:"bool,omitempty"`
}

type gen struct {
	r     *rand.Rand
	steps [][]string
}

func (g *gen) digits(alphabet string, n int) string {
	b := []byte{}
	for i := 0; i < n; i++ {
		b = append(b, alphabet[g.r.Intn(len(alphabet))])
		if i+1 < n && g.r.Intn(12) == 0 {
			b = append(b, '_')
		}
	}
	return string(b)
}

func (g *gen) size() int {
	if g.r.Intn(8) == 0 {
		return 1 + g.r.Intn(160)
	}
	return 1 + g.r.Intn(20)
}

func (g *gen) intLit() string {
	switch g.r.Intn(6) {
	case 0:
		return "0x" + g.digits("0123456789abcdefABCDEF", g.size())
	case 1:
		return "0b" + g.digits("01", g.size())
	case 2:
		return "0o" + g.digits("01234567", g.size())
	case 3:
		return "0" + g.digits("01234567", g.size())
	case 4:
		return strconv.Itoa(g.r.Intn(10))
	}
	return strconv.Itoa(1+g.r.Intn(9)) + g.digits("0123456789", g.size())
}

func (g *gen) exponent() string {
	switch g.r.Intn(12) {
	case 0:
		return strconv.Itoa(g.r.Intn(2000000000) - 1000000000)
	case 1:
		return strconv.Itoa(g.r.Intn(60000) - 30000)
	case 2:
		return strconv.Itoa(g.r.Intn(2600) - 1300)
	case 3:
		return strconv.Itoa(g.r.Intn(700) - 350)
	}
	return strconv.Itoa(g.r.Intn(40) - 20)
}

func (g *gen) floatLit() string {
	const d = "0123456789"
	switch g.r.Intn(5) {
	case 0:
		return "0x" + g.digits("0123456789abcdef", g.size()) + "." + g.digits("0123456789abcdef", g.size()) + "p" + g.exponent()
	case 1:
		return "." + g.digits(d, g.size())
	case 2:
		return g.digits(d, g.size()) + "e" + g.exponent()
	case 3:
		return g.digits(d, g.size()) + "." + g.digits(d, g.size()) + "E" + g.exponent()
	}
	return g.digits(d, 1+g.r.Intn(4)) + "." + g.digits(d, 1+g.r.Intn(6))
}

var pieces = []string{"a", "Z", " ", "é", "世", "\\n", "\\x80", "\\377", "\\u00e9", "\\U0001F600", "\\\"", "\\\\", "\u0378", "\\ufffd", "\\xe4\\xb8\\x96", "\\a", "\\x7f", "\u00ad", "\\u2028", "\\xed\\xa0\\x80", "\U000e0001"}

func (g *gen) stringLit() string {
	var b strings.Builder
	for i := g.r.Intn(30); i > 0; i-- {
		b.WriteString(pieces[g.r.Intn(len(pieces))])
	}
	if g.r.Intn(5) == 0 {
		return "`" + b.String() + "\r\n`"
	}
	return `"` + b.String() + `"`
}

func (g *gen) literal(tok token.Token, lit string) constant.Value {
	g.steps = append(g.steps, []string{tok.String(), lit})
	return constant.MakeFromLiteral(lit, tok, 0)
}

func (g *gen) op(s ...string) { g.steps = append(g.steps, s) }

func (g *gen) number(depth int) constant.Value {
	if depth == 0 || g.r.Intn(4) == 0 {
		switch g.r.Intn(7) {
		case 0, 1, 2:
			return g.literal(token.INT, g.intLit())
		case 3:
			return g.literal(token.IMAG, g.floatLit()+"i")
		case 4:
			return g.literal(token.CHAR, []string{`'a'`, `'\n'`, `'世'`, `'\''`, `'\x00'`, `'\U0010ffff'`, `'"'`}[g.r.Intn(7)])
		}
		return g.literal(token.FLOAT, g.floatLit())
	}
	if g.r.Intn(8) == 0 {
		x := g.number(depth - 1)
		g.op("neg")
		return constant.UnaryOp(token.SUB, x, 0)
	}
	x := g.number(depth - 1)
	if g.r.Intn(6) == 0 && x.Kind() == constant.Int {
		s := uint(g.r.Intn(200))
		op := []token.Token{token.SHL, token.SHR}[g.r.Intn(2)]
		g.op("shift", op.String(), strconv.Itoa(int(s)))
		return constant.Shift(x, op, s)
	}
	if g.r.Intn(10) == 0 && x.Kind() == constant.Int {
		g.op("not", "0")
		return constant.UnaryOp(token.XOR, x, 0)
	}
	if g.r.Intn(10) == 0 {
		f := []string{"toInt", "toFloat", "toComplex", "real", "imag"}[g.r.Intn(5)]
		g.op(f)
		if x.Kind() == constant.Unknown {
			return x
		}
		return map[string]func(constant.Value) constant.Value{"toInt": constant.ToInt, "toFloat": constant.ToFloat, "toComplex": constant.ToComplex, "real": constant.Real, "imag": constant.Imag}[f](x)
	}
	y := g.number(depth - 1)
	ops := []token.Token{token.ADD, token.SUB, token.MUL, token.QUO}
	if x.Kind() == constant.Int && y.Kind() == constant.Int {
		ops = append(ops, token.QUO_ASSIGN, token.REM, token.AND, token.OR, token.XOR, token.AND_NOT)
	}
	op := ops[g.r.Intn(len(ops))]
	zero := y.Kind() != constant.Unknown && constant.Sign(y) == 0
	if y.Kind() == constant.Complex {
		re, im := constant.Real(y), constant.Imag(y)
		zero = constant.Sign(constant.BinaryOp(constant.BinaryOp(re, token.MUL, re), token.ADD, constant.BinaryOp(im, token.MUL, im))) == 0
	}
	if zero && (op == token.QUO || op == token.QUO_ASSIGN || op == token.REM) {
		op = token.ADD
	}
	name := op.String()
	if op == token.QUO_ASSIGN {
		name = "div"
	}
	g.op("binary", name)
	return constant.BinaryOp(x, op, y)
}

func hex32(f float32) string { return fmt.Sprintf("%08x", math.Float32bits(f)) }
func hex64(f float64) string { return fmt.Sprintf("%016x", math.Float64bits(f)) }

func main() {
	seed, _ := strconv.ParseInt(os.Args[1], 10, 64)
	count, _ := strconv.Atoi(os.Args[2])
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	enc := json.NewEncoder(out)
	r := rand.New(rand.NewSource(seed))
	one := func() {
		defer func() { _ = recover() }() // go/constant panics where a 512-bit float divides zero by zero
		g := &gen{r: r}
		var x constant.Value
		var truth *bool
		switch r.Intn(10) {
		case 0:
			x = g.literal(token.STRING, g.stringLit())
			if r.Intn(2) == 0 {
				y := g.literal(token.STRING, g.stringLit())
				if r.Intn(2) == 0 {
					x = constant.BinaryOp(x, token.ADD, y)
					g.op("binary", "+")
				} else {
					b := constant.Compare(x, token.LSS, y)
					g.op("compare", "<")
					x, truth = constant.MakeBool(b), &b
				}
			}
		case 1:
			x = g.number(2)
			y := g.number(2)
			ops := []token.Token{token.EQL, token.NEQ}
			if x.Kind() != constant.Complex && y.Kind() != constant.Complex {
				ops = append(ops, token.LSS, token.LEQ, token.GTR, token.GEQ)
			}
			op := ops[r.Intn(len(ops))]
			b := constant.Compare(x, op, y)
			g.op("compare", op.String())
			x, truth = constant.MakeBool(b), &b
		default:
			x = g.number(1 + r.Intn(4))
		}
		o := row{Steps: g.steps, Kind: strings.ToLower(x.Kind().String()), Exact: x.ExactString(), Short: x.String(), Bool: truth}
		switch x.Kind() {
		case constant.Int, constant.Float, constant.Complex:
			o.Int, o.Float, o.Sign = constant.ToInt(x).ExactString(), constant.ToFloat(x).ExactString(), constant.Sign(x)
			if x.Kind() == constant.Complex {
				o.Sign = o.Sign & 1
				break
			}
			o.Num, o.Den = constant.Num(x).ExactString(), constant.Denom(x).ExactString()
			f32, e32 := constant.Float32Val(x)
			f64, e64 := constant.Float64Val(x)
			o.F32, o.F64, o.Exact32, o.Exact64 = hex32(f32), hex64(f64), e32, e64
			if x.Kind() == constant.Int {
				o.Bits = constant.BitLen(x)
			}
		}
		if len(o.Exact) > 20000 {
			return
		}
		if err := enc.Encode(o); err != nil {
			panic(err)
		}
	}
	for i := 0; i < count; i++ {
		one()
	}
}
