package dev.berth.sys;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/// Reads the capabilities of the calling thread.
///
/// **Source:** capabilities(7), proc_pid_status(5).
public final class Capabilities {
    private static final Path STATUS = Path.of("/proc/thread-self/status");
    private static final String EFFECTIVE = "CapEff:";
    private static final String AMBIENT = "CapAmb:";

    private Capabilities() {}

    /// Whether the calling thread has this capability in effect; false if that cannot be read.
    public static boolean has(Capability capability) {
        return effective().contains(capability);
    }

    /// The capabilities that the calling thread has in effect; none if they cannot be read.
    public static Set<Capability> effective() {
        return read(EFFECTIVE);
    }

    /// The capabilities that programs started by the calling thread keep whatever their file says;
    /// none if they cannot be read. Root's programs get more than these.
    public static Set<Capability> ambient() {
        return read(AMBIENT);
    }

    private static Set<Capability> read(String key) {
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith(key))
                    .findFirst()
                    .map(line -> parse(line.substring(key.length()).strip()))
                    .orElse(Set.of());
        } catch (IOException unreadable) {
            return Set.of();
        }
    }

    /// Parses a hexadecimal mask; bits that are not known here are left out.
    static Set<Capability> parse(String hex) {
        return of(Long.parseUnsignedLong(hex, 16));
    }

    /// The capabilities whose bits are set.
    static Set<Capability> of(long mask) {
        Set<Capability> found = EnumSet.noneOf(Capability.class);
        for (Capability capability : Capability.values()) {
            if ((mask >>> capability.number() & 1) != 0) {
                found.add(capability);
            }
        }
        return Collections.unmodifiableSet(found);
    }
}
