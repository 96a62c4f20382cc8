package dev.berth.sys;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// The capabilities that a program gets from its file on exec, as setcap(8) writes them.
///
/// They have no effect under `no_new_privs`, nor on a file system that is mounted `nosuid`.
///
/// **Shape:** `struct vfs_cap_data`, little endian: magic (revision in the high byte, bit 0:
/// effective), then the low words of permitted and inheritable, then, from revision 2 on, the high
/// words.
///
/// **Source:** capabilities(7), `linux/capability.h`
///
/// @param permitted what the program may have
/// @param inheritable what it keeps of its caller's inheritable capabilities
/// @param effective whether the permitted ones take effect at once, without the program asking for
///   them
public record FileCapabilities(
        Set<Capability> permitted, Set<Capability> inheritable, boolean effective) {
    private static final String NAME = "security.capability";
    private static final int FIRST_REVISION = 1;

    public FileCapabilities {
        permitted = Set.copyOf(permitted);
        inheritable = Set.copyOf(inheritable);
    }

    /// The capabilities of a file; empty if it has none or they cannot be read.
    public static Optional<FileCapabilities> of(Path file) {
        return Descriptors.getxattrBytes(file.toString(), NAME).flatMap(FileCapabilities::decode);
    }

    /// Decodes the attribute; empty if the bytes have a form that this class does not know.
    static Optional<FileCapabilities> decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int words = in.remaining() / Integer.BYTES;
        if (words < 3) {
            return Optional.empty();
        }
        int magic = in.getInt();
        boolean wide = magic >>> 24 > FIRST_REVISION;
        if (wide && words < 5) {
            return Optional.empty();
        }
        long permitted = Integer.toUnsignedLong(in.getInt());
        long inheritable = Integer.toUnsignedLong(in.getInt());
        if (wide) {
            permitted |= (long) in.getInt() << Integer.SIZE;
            inheritable |= (long) in.getInt() << Integer.SIZE;
        }
        return Optional.of(
                new FileCapabilities(
                        Capabilities.of(permitted),
                        Capabilities.of(inheritable),
                        (magic & 1) != 0));
    }

    /// The text that getcap(8) prints: `cap_net_bind_service=ep`.
    @Override
    public String toString() {
        Set<Capability> named = permitted.isEmpty() ? inheritable : permitted;
        String names =
                named.stream()
                        .sorted()
                        .map(capability -> capability.toString().toLowerCase(Locale.ROOT))
                        .collect(Collectors.joining(","));
        return names
                + "="
                + (effective ? "e" : "")
                + (inheritable.isEmpty() ? "" : "i")
                + (permitted.isEmpty() ? "" : "p");
    }
}
