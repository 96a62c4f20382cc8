package dev.berth.supervise.control;

import dev.berth.sys.Processes;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The directory of the supervisors' sockets: `RUNTIME/NAME/control`.
///
/// RUNTIME is `$XDG_RUNTIME_DIR/berth` where that directory is the user's own, else `/run/berth`
/// for root, else `/tmp/berth-UID`. It belongs to the user, and nobody else may write to it.
public final class RuntimeDirectory {
    /// The control socket's name in a supervisor's own directory.
    public static final String CONTROL = "control";

    private final Path root;
    private final int uid;
    private final String mode;

    private RuntimeDirectory(Path root, int uid, String mode) {
        this.root = root;
        this.uid = uid;
        this.mode = mode;
    }

    /// RUNTIME, made if it is missing.
    ///
    /// @throws IOException if it cannot be made, or is another user's; the message says what to do
    public static Path locate() throws IOException {
        return ofThisUser().make();
    }

    /// The directory of the supervisor `name`; it may not be there.
    public static Path forName(String name) {
        return ofThisUser().root.resolve(name);
    }

    /// The names that have a control socket, running or left behind by a crash; sorted.
    public static List<String> names() throws IOException {
        return ofThisUser().list();
    }

    private static RuntimeDirectory ofThisUser() {
        return of(System.getenv(), Processes.geteuid(), Path.of("/"));
    }

    /// - `top`: stands for `/`
    static RuntimeDirectory of(Map<String, String> environment, int uid, Path top) {
        String given = environment.getOrDefault("XDG_RUNTIME_DIR", "");
        if (given.startsWith("/") && ownedBy(Path.of(given), uid)) {
            return new RuntimeDirectory(Path.of(given, "berth"), uid, "rwx------");
        }
        return uid == 0
                ? new RuntimeDirectory(top.resolve("run/berth"), uid, "rwxr-xr-x")
                : new RuntimeDirectory(top.resolve("tmp/berth-" + uid), uid, "rwx------");
    }

    private static boolean ownedBy(Path directory, int uid) {
        try {
            return Files.isDirectory(directory)
                    && Files.getAttribute(directory, "unix:uid").equals(uid);
        } catch (IOException unreadable) {
            return false;
        }
    }

    Path make() throws IOException {
        try {
            Files.createDirectory(root);
            // Not by an attribute of the creation: the umask must not narrow it.
            Files.setPosixFilePermissions(root, PosixFilePermissions.fromString(mode));
        } catch (FileAlreadyExistsException exists) {
            check();
        } catch (IOException failed) {
            throw new IOException(
                    "cannot make the directory for control sockets: "
                            + failed.getMessage()
                            + "; set XDG_RUNTIME_DIR to a directory of your own",
                    failed);
        }
        return root;
    }

    /// Anybody may make a directory below `/tmp`.
    private void check() throws IOException {
        PosixFileAttributes attributes =
                Files.readAttributes(root, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        Object owner = Files.getAttribute(root, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        boolean open =
                attributes.permissions().contains(PosixFilePermission.GROUP_WRITE)
                        || attributes.permissions().contains(PosixFilePermission.OTHERS_WRITE);
        if (!attributes.isDirectory() || !owner.equals(uid) || open) {
            throw new IOException(
                    root
                            + " is not a directory that only you (uid "
                            + uid
                            + ") can write to: "
                            + PosixFilePermissions.toString(attributes.permissions())
                            + ", uid "
                            + owner
                            + "; remove it, or set XDG_RUNTIME_DIR to one");
        }
    }

    List<String> list() throws IOException {
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(root)) {
            return entries.filter(entry -> Files.exists(entry.resolve(CONTROL)))
                    .map(entry -> entry.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }
}
