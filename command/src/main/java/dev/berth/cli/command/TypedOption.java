package dev.berth.cli.command;

import picocli.CommandLine.ParseResult;

import java.util.Optional;

/// An option with the type of its value; [OptionList] declares it.
///
/// @param name its long name
/// @param <T> of its value
public record TypedOption<T>(String name) {
    /// Whether it was given.
    public boolean given(ParseResult parsed) {
        return parsed.hasMatchedOption(name);
    }

    /// The value that was given.
    public Optional<T> in(ParseResult parsed) {
        return Options.value(parsed, name);
    }
}
