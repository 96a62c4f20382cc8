package dev.berth.cli.command;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Environment variables for workers, as `--env NAME=VALUE` and `--env-file FILE` give them.
///
/// **Shape:** a file has one line `NAME=VALUE` for each variable, with the value taken literally;
/// empty lines and lines that begin with `#` are ignored.
public final class EnvironmentVariables {
    private static final String ENV = "--env";
    private static final String FILE = "--env-file";

    private EnvironmentVariables() {}

    /// Adds both options.
    public static void addTo(CommandSpec spec) {
        spec.addOption(
                Options.many(
                        "NAME=VALUE",
                        Options::text,
                        "Set an environment variable of the workers; {slot} and {generation} are"
                                + " replaced in VALUE. May be repeated.",
                        ENV));
        spec.addOption(
                Options.many(
                        "FILE",
                        Options::file,
                        "Set the variables that FILE lists, one NAME=VALUE per line, taken"
                                + " literally; lines that begin with # are comments. "
                                + ENV
                                + " takes precedence.",
                        FILE));
    }

    /// The variables that were given, by name.
    public static Map<String, String> of(ParseResult parsed) throws UsageException {
        Map<String, String> variables = new LinkedHashMap<>();
        for (String file : Options.<String>values(parsed, FILE)) {
            int number = 0;
            for (String line : lines(file)) {
                number++;
                String text = line.strip();
                if (!text.isEmpty() && !text.startsWith("#")) {
                    put(variables, line.stripLeading(), file + ":" + number + ": a line");
                }
            }
        }
        for (String assignment : Options.<String>values(parsed, ENV)) {
            put(variables, assignment, ENV);
        }
        return variables;
    }

    /// Adds `NAME=VALUE`.
    ///
    /// @param what the assignment is, for the error message
    public static void put(Map<String, String> variables, String assignment, String what)
            throws UsageException {
        int equals = assignment.indexOf('=');
        if (equals < 1 || assignment.indexOf('\0') >= 0) {
            throw new UsageException(what + " is NAME=VALUE, not " + assignment);
        }
        variables.put(assignment.substring(0, equals), assignment.substring(equals + 1));
    }

    private static List<String> lines(String file) throws UsageException {
        try {
            return Files.readAllLines(Path.of(file));
        } catch (NoSuchFileException missing) {
            throw new UsageException(FILE + " " + file + ": no such file");
        } catch (MalformedInputException binary) {
            throw new UsageException(FILE + " " + file + ": not UTF-8 text");
        } catch (IOException unreadable) {
            throw new UsageException(
                    FILE + " " + file + ": cannot read it: " + unreadable.getMessage());
        }
    }
}
