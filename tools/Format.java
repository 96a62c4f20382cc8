import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.JavaFormatterOptions.Style;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/// Checks or corrects the format of the Java files in some folders.
///
///     java @tools/format.options -cp google-java-format-all-deps.jar tools/Format.java check|apply PATH…
///
/// Prints each file that differs. Exit code 0 if all are (or have been made) correct, 1 otherwise.
final class Format {
    private static final Formatter FORMATTER =
            new Formatter(JavaFormatterOptions.builder().style(Style.AOSP).build());

    private final boolean apply;
    private final AtomicInteger wrong = new AtomicInteger();

    private Format(boolean apply) {
        this.apply = apply;
    }

    public static void main(String[] args) throws IOException {
        if (args.length < 2 || !List.of("check", "apply").contains(args[0])) {
            System.err.println("usage: Format check|apply PATH…");
            System.exit(2);
        }
        var format = new Format(args[0].equals("apply"));
        for (String root : Arrays.copyOfRange(args, 1, args.length)) {
            format.all(Path.of(root));
        }
        if (format.wrong.get() > 0) {
            System.err.println("format: to correct this, run tools/format");
            System.exit(1);
        }
    }

    private void all(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            files
                    .filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !isHidden(root.relativize(file)))
                    .sorted()
                    .toList()
                    .parallelStream()
                    .forEach(this::one);
        }
    }

    private static boolean isHidden(Path path) {
        for (Path part : path) {
            String name = part.toString();
            if (name.equals("target") || name.startsWith(".")) {
                return true;
            }
        }
        return false;
    }

    /// Some lines need a second pass.
    private static String formatted(String source) throws FormatterException {
        String once = FORMATTER.formatSourceAndFixImports(source);
        return once.equals(source) ? source : FORMATTER.formatSourceAndFixImports(once);
    }

    private void one(Path file) {
        try {
            String before = Files.readString(file);
            String after = formatted(before);
            if (after.equals(before)) {
                return;
            }
            System.err.println("format: " + file + (apply ? " rewritten" : " differs"));
            if (apply) {
                Files.writeString(file, after);
            } else {
                wrong.incrementAndGet();
            }
        } catch (FormatterException e) {
            System.err.println("format: " + file + ": " + e.getMessage());
            wrong.incrementAndGet();
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }
}
