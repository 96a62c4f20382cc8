package dev.berth.cli.command;

import dev.berth.net.ListenAddress;
import dev.berth.supervise.contract.ServiceSpec;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// Declares and reads options.
public final class Options {
    private Options() {}

    static OptionSpec help() {
        return OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Show this text.")
                .build();
    }

    /// An option without a value.
    public static OptionSpec flag(String name, String description) {
        return OptionSpec.builder(name).type(boolean.class).description(description).build();
    }

    /// An option with one value.
    public static OptionSpec one(
            String label, ITypeConverter<?> converter, String description, String... names) {
        return OptionSpec.builder(names)
                .paramLabel(label)
                .type(Object.class)
                .converters(converter)
                .description(description)
                .build();
    }

    /// An option that may be given several times.
    public static OptionSpec many(
            String label, ITypeConverter<?> converter, String description, String... names) {
        return OptionSpec.builder(names)
                .paramLabel(label)
                .type(List.class)
                .auxiliaryTypes(Object.class)
                .converters(converter)
                .description(description)
                .build();
    }

    /// Declares the arguments that are not options.
    public static PositionalParamSpec words(String label, String arity, String description) {
        return PositionalParamSpec.builder()
                .paramLabel(label)
                .arity(arity)
                .type(List.class)
                .auxiliaryTypes(String.class)
                .description(description)
                .build();
    }

    /// The arguments that are not options.
    public static List<String> words(ParseResult parsed) {
        return parsed.matchedPositionalValue(0, List.<String>of());
    }

    /// The value given for an option with one value.
    public static <T> Optional<T> value(ParseResult parsed, String name) {
        return Optional.ofNullable(parsed.<T>matchedOptionValue(name, null));
    }

    /// The values given for an option that may be repeated.
    public static <T> List<T> values(ParseResult parsed, String name) {
        return parsed.matchedOptionValue(name, List.<T>of());
    }

    /// Returns the text unchanged.
    public static String text(String text) {
        return text;
    }

    /// The name of a file.
    public static String file(String text) {
        if (text.isEmpty()) {
            throw new TypeConversionException(
                    "the name of the file is empty; is a variable in it unset?");
        }
        return text;
    }

    /// 1 to 65535.
    public static int port(String text) {
        return number(text, 1, 65535, "a port");
    }

    /// 1 to 1,048,576.
    public static int count(String text) {
        return number(text, 1, 1 << 20, "a count");
    }

    /// 1 to the most workers that a supervisor may have.
    public static int workers(String text) {
        return number(text, 1, ServiceSpec.MOST_WORKERS, "the number of workers");
    }

    private static int number(String text, int least, int most, String what) {
        if (text.matches("[0-9]{1,9}")) {
            int number = Integer.parseInt(text);
            if (number >= least && number <= most) {
                return number;
            }
        }
        throw new TypeConversionException(
                what + " is a number from " + least + " to " + most + ", not " + shown(text));
    }

    /// `tcp://ADDRESS:PORT`, with a port that is not 0.
    public static ListenAddress address(String text) {
        ListenAddress address = converted(() -> ListenAddress.parse(text));
        port(String.valueOf(address.address().port()));
        return address;
    }

    /// A duration, in the form that [Durations] reads.
    public static Duration duration(String text) {
        return converted(() -> Durations.parse(text));
    }

    /// A user's word for a message: in quotes if it would be invisible otherwise.
    public static String shown(String word) {
        return word.isBlank() ? '"' + word + '"' : word;
    }

    /// Turns what a value itself refuses into an error about the command line.
    public static <T> T checked(Supplier<T> value) throws UsageException {
        try {
            return value.get();
        } catch (IllegalArgumentException wrong) {
            throw new UsageException(String.valueOf(wrong.getMessage()));
        }
    }

    /// Turns the error of a value's own parser into an error about the option.
    public static <T> T converted(Supplier<T> parser) {
        try {
            return parser.get();
        } catch (IllegalArgumentException wrong) {
            throw new TypeConversionException(wrong.getMessage());
        }
    }
}
