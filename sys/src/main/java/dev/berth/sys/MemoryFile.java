package dev.berth.sys;

/// A read-only file in memory for processes that inherit its descriptor: each opens it as
/// `/proc/self/fd/N`, whatever user it runs as, and reads it from the beginning.
///
/// **Source:** memfd_create(2); fcntl(2), "File Sealing".
public final class MemoryFile {
    private MemoryFile() {}

    /// Creates a file with this content; the caller closes it.
    ///
    /// @param name shown in lists of open files
    public static Fd of(String name, byte[] content) throws ErrnoException {
        Fd file = Fd.of("memfd_create", name, Descriptors.memfdCreate(name));
        try {
            for (int done = 0; done < content.length; ) {
                int rest = content.length - done;
                long wrote = Descriptors.write(file.number(), content, done, rest);
                done += (int) ErrnoException.check("write", name, wrote);
            }
            int sealed =
                    Descriptors.fcntl(
                            file.number(), Descriptors.F_ADD_SEALS, Descriptors.F_SEAL_ALL);
            ErrnoException.check("fcntl", "F_ADD_SEALS", sealed);
            return file;
        } catch (ErrnoException failed) {
            file.close();
            throw failed;
        }
    }
}
