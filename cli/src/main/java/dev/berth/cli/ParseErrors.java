package dev.berth.cli;

import dev.berth.cli.command.EditDistance;
import dev.berth.cli.command.Options;

import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

import java.util.Comparator;
import java.util.stream.Collectors;

/// Rewords the parser's errors so that they match Berth's other messages.
final class ParseErrors {
    private static final int MOST_SLIPS = 2;

    private ParseErrors() {}

    static String text(ParameterException wrong) {
        if (wrong instanceof UnmatchedArgumentException unmatched) {
            return unmatched(unmatched);
        }
        if (wrong instanceof MissingParameterException missing && !missing.getMissing().isEmpty()) {
            return missing.getMissing().stream()
                    .map(option -> name(option) + " needs a value: " + option.paramLabel())
                    .collect(Collectors.joining(", "));
        }
        ArgSpec option = wrong.getArgSpec();
        if (option instanceof OptionSpec flag && flag.arity().max() == 0) {
            return name(flag) + " takes no value";
        }
        if (option != null && wrong.getCause() instanceof TypeConversionException value) {
            return name(option) + ": " + value.getMessage();
        }
        return lowerCase(String.valueOf(wrong.getMessage()));
    }

    private static String unmatched(UnmatchedArgumentException wrong) {
        String words = String.join(" ", wrong.getUnmatched());
        if (!wrong.isUnknownOption()) {
            return "unexpected argument: " + Options.shown(words);
        }
        return "no such option: " + words + near(wrong);
    }

    private static String near(UnmatchedArgumentException wrong) {
        String typed = wrong.getUnmatched().getFirst().replaceFirst("=.*", "");
        return wrong.getCommandLine().getCommandSpec().options().stream()
                .map(OptionSpec::longestName)
                .filter(name -> EditDistance.of(typed, name) <= MOST_SLIPS)
                .min(Comparator.comparingInt(name -> EditDistance.of(typed, name)))
                .map(name -> " (did you mean " + name + "?)")
                .orElse("");
    }

    private static String name(ArgSpec argument) {
        return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
    }

    private static String lowerCase(String text) {
        return text.isEmpty() ? text : Character.toLowerCase(text.charAt(0)) + text.substring(1);
    }
}
