package dev.berth.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A command's page for a window that is too narrow for two columns: what an option does stands
/// below it.
final class NarrowPage {
    /// Of windows that have room for two columns.
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
        page.paragraphs(text.description());
        for (PositionalParamSpec words : spec.positionalParameters()) {
            page.entry(words.paramLabel(), words.description());
        }
        for (OptionSpec option : spec.options()) {
            String label = option.arity().max() == 0 ? "" : "=" + option.paramLabel();
            page.entry(String.join(", ", option.names()) + label, option.description());
        }
        page.paragraphs(text.footer());
        return String.join("\n", page.lines);
    }

    private void entry(String name, String[] description) {
        add("  " + name, 4);
        add("      " + String.join(" ", description), 6);
    }

    private void paragraphs(String[] texts) {
        Arrays.stream(texts).forEach(text -> add(text, margin(text)));
    }

    /// Lines that are indented, as those of examples, go on further to the right.
    private static int margin(String text) {
        int own = text.length() - text.stripLeading().length();
        return own == 0 ? 0 : own + 4;
    }

    private void add(String text, int indent) {
        lines.addAll(Wrap.lines(text, columns, indent));
    }
}
