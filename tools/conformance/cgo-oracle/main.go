// Command cgo-oracle prints what a C compiler made of named probes in an object file: a JSON line for each file that is named.
// Probes are variables: gotriage_t_N, a pointer to a type; gotriage_l_N, a pointer to a struct, union or enum whose content is asked for;
// gotriage_k_N, a long long; gotriage_s_N, an array of char; gotriage_d_N, a double. Types come from DWARF, values from the data sections.
// Standard library only.
package main

import (
	"bufio"
	"debug/dwarf"
	"debug/elf"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
)

const prefix = "gotriage_"

func main() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for _, path := range os.Args[1:] {
		answers, err := read(path)
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", path, err)
			os.Exit(1)
		}
		line, err := json.Marshal(answers)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		out.Write(append(line, '\n'))
	}
}

func read(path string) (map[string]string, error) {
	file, err := elf.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	answers := map[string]string{}
	if err := readValues(file, answers); err != nil {
		return nil, err
	}
	return answers, readTypes(file, answers)
}

func readValues(file *elf.File, answers map[string]string) error {
	symbols, err := file.Symbols()
	if err != nil {
		return err
	}
	contents := map[elf.SectionIndex][]byte{}
	for _, symbol := range symbols {
		name, found := strings.CutPrefix(symbol.Name, prefix)
		if !found || symbol.Section >= elf.SectionIndex(len(file.Sections)) {
			continue
		}
		section := file.Sections[symbol.Section]
		data, known := contents[symbol.Section]
		if !known {
			if section.Type == elf.SHT_NOBITS {
				data = make([]byte, section.Size)
			} else if data, err = section.Data(); err != nil {
				return err
			}
			contents[symbol.Section] = data
		}
		bytes := data[symbol.Value : symbol.Value+symbol.Size]
		switch name[0] {
		case 'k':
			answers[name] = fmt.Sprint(int64(binary.LittleEndian.Uint64(bytes)))
		case 'd':
			answers[name] = fmt.Sprintf("%f", math.Float64frombits(binary.LittleEndian.Uint64(bytes)))
		case 's':
			answers[name] = fmt.Sprintf("%x", bytes)
		}
	}
	return nil
}

func readTypes(file *elf.File, answers map[string]string) error {
	data, err := file.DWARF()
	if err != nil {
		return err
	}
	reader := data.Reader()
	for {
		entry, err := reader.Next()
		if err != nil || entry == nil {
			return err
		}
		if entry.Tag != dwarf.TagCompileUnit {
			reader.SkipChildren()
		}
		name, _ := entry.Val(dwarf.AttrName).(string)
		offset, typed := entry.Val(dwarf.AttrType).(dwarf.Offset)
		name, found := strings.CutPrefix(name, prefix)
		if !found || !typed || entry.Tag != dwarf.TagVariable || (name[0] != 't' && name[0] != 'l') {
			continue
		}
		typ, err := data.Type(offset)
		if err != nil {
			return err
		}
		pointer, ok := typ.(*dwarf.PtrType)
		if !ok {
			return fmt.Errorf("%s is a %s", name, typ)
		}
		if name[0] == 't' {
			answers[name] = shape(pointer.Type)
		} else {
			answers[name] = content(pointer.Type)
		}
	}
}

// shape spells a type without qualifiers and typedefs; structs, unions and enums by their tag, or by their content when they have none.
func shape(t dwarf.Type) string {
	switch t := t.(type) {
	case nil, *dwarf.VoidType:
		return "void"
	case *dwarf.QualType:
		return shape(t.Type)
	case *dwarf.TypedefType:
		return shape(t.Type)
	case *dwarf.BoolType:
		return fmt.Sprintf("bool%d", t.ByteSize)
	case *dwarf.IntType, *dwarf.CharType:
		return fmt.Sprintf("int%d", t.Size())
	case *dwarf.UintType, *dwarf.UcharType:
		return fmt.Sprintf("uint%d", t.Size())
	case *dwarf.FloatType:
		return fmt.Sprintf("float%d", t.ByteSize)
	case *dwarf.ComplexType:
		return fmt.Sprintf("complex%d", t.ByteSize)
	case *dwarf.PtrType:
		return "*" + shape(t.Type)
	case *dwarf.ArrayType:
		if t.Count <= 0 {
			return "[]" + shape(t.Type)
		}
		return fmt.Sprintf("[%d]%s", t.Count, shape(t.Type))
	case *dwarf.FuncType:
		params := []string{}
		for _, param := range t.ParamType {
			if _, variadic := param.(*dwarf.DotDotDotType); variadic {
				params = append(params, "...")
			} else {
				params = append(params, shape(param))
			}
		}
		return "func(" + strings.Join(params, ",") + ")" + shape(t.ReturnType)
	case *dwarf.StructType:
		if t.StructName != "" {
			return t.Kind + " " + t.StructName
		}
		return content(t)
	case *dwarf.EnumType:
		if t.EnumName != "" {
			return "enum " + t.EnumName
		}
		return content(t)
	}
	return fmt.Sprintf("other %T", t)
}

// content spells what a struct, union or enum holds: its size in bytes, and fields with their offset in bits and the width of bit-fields.
func content(t dwarf.Type) string {
	switch t := t.(type) {
	case *dwarf.QualType:
		return content(t.Type)
	case *dwarf.TypedefType:
		return content(t.Type)
	case *dwarf.StructType:
		if t.Incomplete {
			return t.Kind + " incomplete"
		}
		fields := []string{}
		for _, field := range t.Field {
			offset := field.ByteOffset*8 + field.DataBitOffset
			width := ""
			if field.BitSize > 0 {
				width = fmt.Sprintf(":%d", field.BitSize)
			}
			fields = append(fields, fmt.Sprintf("%s@%d%s %s", field.Name, offset, width, shape(field.Type)))
		}
		return fmt.Sprintf("%s{%d;%s}", t.Kind, t.ByteSize, strings.Join(fields, ";"))
	case *dwarf.EnumType:
		members := []string{}
		for _, member := range t.Val {
			members = append(members, fmt.Sprintf("%s=%d", member.Name, member.Val))
		}
		return fmt.Sprintf("enum{%d;%s}", t.ByteSize, strings.Join(members, ";"))
	}
	return shape(t)
}
