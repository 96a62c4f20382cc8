package dev.berth.supervise.process;

import java.util.regex.Pattern;

/// Distinguishes the frames of a stack trace from its messages, in the lines of one stream, in
/// order: those of the JVM, node, Python, Ruby, Perl, PHP and Go.
///
/// If several processes print to the same stream, their lines may be mixed. Then some frames are
/// taken for messages; a message is taken for a frame only if it is indented and follows a Python
/// frame.
final class StackTraceLines {
    private static final Pattern INDENTED =
            Pattern.compile(
                    // The JVM, node, .NET: "\tat app/Main.run(Main.java:1)"
                    "\\s+(at .*(\\)( ~?\\[.*])?|:(line )?[0-9]+)( \\{)?"
                            + "|\\.\\.\\. [0-9]+ (more|common frames omitted)"
                            // Python: "  [Previous line repeated 27 more times]"
                            + "|\\[Previous line repeated [0-9]+ more times?]"
                            // Ruby: "\tfrom app.rb:2:in `run'"
                            + "|([0-9]+: )?from .+:([0-9]+|in [`'].*)"
                            // Perl: "\tmain::run(1) called at app.pl line 7"
                            + "|.+ called at .+ line [0-9]+\\.?)");

    private static final Pattern PYTHON = Pattern.compile("[ |]+File \".*\", line [0-9]+, in .*");
    private static final Pattern RUBY = Pattern.compile("\\S.*:[0-9]+:in [`'][^`']+'");
    private static final Pattern PHP =
            Pattern.compile(
                    "#[0-9]+ (\\{main}|.+\\(.*\\))|PHP +[0-9]+\\. .*:[0-9]+|(PHP )?Stack trace:");
    private static final Pattern GO = Pattern.compile("goroutine [0-9]+ .*\\[.*]:");
    private static final Pattern GO_FRAME =
            Pattern.compile("\\t.*|\\S+\\(.*\\)|created by .*|\\.\\.\\.additional frames .*");
    private static final String TRACEBACK = "Traceback (most recent call last):";
    private static final String SOURCE_INDENT = "    ";

    private Within within = Within.NOTHING;

    /// What the previous line belongs to.
    private enum Within {
        NOTHING,
        /// A Python frame is followed by its source line, and by markers below that.
        PYTHON,
        /// Functions, and the places of their calls.
        GO
    }

    /// Whether the next line of the stream is a frame, or belongs to one.
    boolean frame(String line) {
        if (within == Within.GO && GO_FRAME.matcher(line).matches()
                || within == Within.PYTHON && line.startsWith(SOURCE_INDENT)) {
            return true;
        }
        within = begins(line);
        return within != Within.NOTHING || single(line);
    }

    private static Within begins(String line) {
        if (line.startsWith("  ") && PYTHON.matcher(line).matches()) {
            return Within.PYTHON;
        }
        boolean go = line.startsWith("goroutine ") && GO.matcher(line).matches();
        return go ? Within.GO : Within.NOTHING;
    }

    private static boolean single(String line) {
        if (line.isEmpty()) {
            return false;
        }
        return switch (line.charAt(0)) {
            case ' ', '\t' -> INDENTED.matcher(line).matches();
            case '#', 'P', 'S' -> PHP.matcher(line).matches() || ruby(line);
            default -> line.equals(TRACEBACK) || ruby(line);
        };
    }

    private static boolean ruby(String line) {
        return line.contains(":in ") && RUBY.matcher(line).matches();
    }
}
