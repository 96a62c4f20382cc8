package dev.berth.bpf;

import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;

/// The kernel's verifier refused a program. The message contains the reason and the instruction at
/// which it stopped; [#log] is the verifier's complete output.
public final class VerifierException extends IOException {

    private static final long serialVersionUID = 1L;

    private static final Pattern INSTRUCTION = Pattern.compile("\\d+: \\(..\\) .*");
    private static final Pattern STATISTICS =
            Pattern.compile("(processed \\d+ insns|verification time|stack depth|func#\\d).*");

    private final String log;

    VerifierException(String program, String log) {
        super("the BPF verifier refused program " + program + ": " + telling(log));
        this.log = log;
    }

    /// The verifier's complete log.
    public String log() {
        return log;
    }

    private static String telling(String log) {
        List<String> lines =
                log.lines()
                        .map(String::strip)
                        .filter(line -> !line.isEmpty())
                        .filter(line -> !STATISTICS.matcher(line).matches())
                        .toList();
        if (lines.isEmpty()) {
            return "it gave no reason";
        }
        String reason = lines.getLast();
        return lines.reversed().stream()
                .filter(line -> INSTRUCTION.matcher(line).matches())
                .findFirst()
                .filter(line -> !line.equals(reason))
                .map(line -> reason + ", at " + line)
                .orElse(reason);
    }
}
