package dev.berth.lab;

import dev.berth.sys.Capabilities;
import dev.berth.sys.Capability;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A requirement of a scenario.
///
/// @param word as written in the file: `root`, `two-uids`, `ipv6`, `bpf`, `cpu 0`, or `linux 5.14`
public record Requirement(String word) {
    private static final String LINUX = "linux ";
    private static final Pattern CPU = Pattern.compile("cpu (\\d{1,4})");

    private static final List<String> WORDS =
            List.of("root", "two-uids", "ipv6", "bpf", "cpu 0", LINUX + "5.14");

    static final Requirement TWO_UIDS = new Requirement("two-uids");

    public Requirement {
        boolean cpu = CPU.matcher(word).matches();
        if (!word.startsWith(LINUX) && !cpu && !WORDS.contains(word)) {
            throw new ArgumentException(
                    "needs",
                    "unknown need \"" + word + "\"; use one of " + String.join(", ", WORDS));
        }
        if (word.startsWith(LINUX)) {
            KernelVersion.parse(word.substring(LINUX.length()));
        }
    }

    /// Why it is not met here; empty if it is.
    Optional<String> missing(HostFeatures host) {
        if (word.startsWith(LINUX)) {
            KernelVersion least = KernelVersion.parse(word.substring(LINUX.length()));
            return host.kernel().compareTo(least) >= 0
                    ? Optional.empty()
                    : Optional.of("needs Linux " + least + ", this is " + host.kernel());
        }
        Matcher cpu = CPU.matcher(word);
        if (cpu.matches()) {
            return HostFeatures.offers(Integer.parseInt(cpu.group(1)))
                    ? Optional.empty()
                    : Optional.of("needs CPU " + cpu.group(1) + ", which is not available here");
        }
        boolean met =
                switch (word) {
                    case "root" -> host.root();
                    case "two-uids" -> host.uids();
                    case "ipv6" -> host.ipv6();
                    case "bpf" -> host.root() && Capabilities.has(Capability.BPF);
                    default -> throw new IllegalStateException(word);
                };
        return met ? Optional.empty() : Optional.of(reason());
    }

    private String reason() {
        return switch (word) {
            case "two-uids" -> "needs processes of two users, which requires root";
            case "ipv6" -> "needs IPv6, which this kernel lacks or has disabled";
            case "bpf" -> "needs CAP_BPF, which requires root";
            default -> "needs root";
        };
    }
}
