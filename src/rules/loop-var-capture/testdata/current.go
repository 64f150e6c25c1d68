package basic

func each(all []string, use func(string)) {
	for _, one := range all {
		go func() { use(one) }()
	}
}
