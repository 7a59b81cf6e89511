using ImmutableAudit.Import;

return await ImportCommand.RunAsync(args, Console.Out, Console.Error, showProgress: !Console.IsErrorRedirected);
