package dev.berth.cli.command;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/// The options of a command in the order of its help page. Each is declared once, and read by what
/// its declaration returns.
public final class OptionList {
    private final List<Consumer<CommandSpec>> declared = new ArrayList<>();

    /// Adds all options to a command.
    public void addTo(CommandSpec spec) {
        declared.forEach(option -> option.accept(spec));
    }

    /// Declares options that several commands have.
    public void add(Consumer<CommandSpec> options) {
        declared.add(options);
    }

    /// Declares an option without a value.
    public TypedOption<Boolean> flag(String name, String description) {
        return add(name, () -> Options.flag(name, description));
    }

    /// Declares an option with one value.
    ///
    /// @param names the long one last
    public <T> TypedOption<T> one(
            String label, ITypeConverter<T> converter, String description, String... names) {
        return add(
                names[names.length - 1], () -> Options.one(label, converter, description, names));
    }

    /// Declares an option with one value, which has a parser of its own.
    public <T> TypedOption<T> word(
            String label, Function<String, T> parser, String description, String name) {
        return one(label, text -> Options.converted(() -> parser.apply(text)), description, name);
    }

    /// Declares an option that may be given several times.
    ///
    /// @param names the long one last
    public <T> TypedOption<List<T>> many(
            String label, ITypeConverter<T> converter, String description, String... names) {
        return add(
                names[names.length - 1], () -> Options.many(label, converter, description, names));
    }

    private <T> TypedOption<T> add(String name, Supplier<OptionSpec> option) {
        declared.add(spec -> spec.addOption(option.get()));
        return new TypedOption<>(name);
    }
}
