package dev.berth.cli;

import dev.berth.cli.command.LineWrap;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

import java.util.ArrayList;
import java.util.List;

/// A command's help page for a window too narrow for two columns: the description of each option is
/// on the lines below it.
final class NarrowPage {
    /// The width from which two columns fit.
    static final int ENOUGH = 72;

    private static final int LEAST = 20;

    private final int columns;
    private final List<String> lines = new ArrayList<>();

    private NarrowPage(int columns) {
        this.columns = Math.max(columns, LEAST);
    }

    static String of(CommandSpec spec, int columns) {
        var page = new NarrowPage(columns);
        UsageMessageSpec text = spec.usageMessage();
        page.add("Usage: " + String.join(" ", text.customSynopsis()), 7);
        page.lines.addAll(LineWrap.paragraphs(text.description(), page.columns));
        for (PositionalParamSpec words : spec.positionalParameters()) {
            page.entry(words.paramLabel(), words.description());
        }
        for (OptionSpec option : spec.options()) {
            String label = option.arity().max() == 0 ? "" : "=" + option.paramLabel();
            page.entry(String.join(", ", option.names()) + label, option.description());
        }
        page.lines.addAll(LineWrap.paragraphs(text.footer(), page.columns));
        // The parser's own layout unescapes this, too.
        return String.join("\n", page.lines).replace("%%", "%");
    }

    private void entry(String name, String[] description) {
        add("  " + name, 4);
        add("      " + String.join(" ", description), 6);
    }

    private void add(String text, int indent) {
        lines.addAll(LineWrap.lines(text, columns, indent));
    }
}
